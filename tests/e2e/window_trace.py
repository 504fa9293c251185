"""TRACE in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

The model is chosen and given its files, people are selected in the first frame, a moving camera's shot is captured and
looked at through the animated camera. FOLDER holds TRACE's three files (weights by formula will do: then people are
arbitrary, their number and the panel are not) and `clip.mp4`, a dozen frames.
"""

import sys

import bpy

FOLDER = "/srv/trace/"
FILES = ("trace_image_backbone.pkl", "trace_motion_backbone.pth", "trace_head.pkl")
PATIENCE_S = 500


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def scenario(gh):
    jobs, files = module("worker.jobs"), module("models.files")

    def ended():
        return jobs.current() is None

    def shown(name):
        gh.area("VIEW_3D").tag_redraw()
        yield 2
        gh.shot(name)

    for name in ("Cube", "Light", "Camera"):
        if name in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects[name])
    gh.open_tab("MoCap")
    yield 2
    group = bpy.context.scene.romp_mocap
    group.capture.model = "trace"
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=FOLDER + "clip.mp4")
    yield from shown("1_files_missing")
    gh.check(len(files.missing("trace")) == 3, "all three files are reported missing")
    for key in FILES:
        bpy.ops.romp_mocap.choose_file("EXEC_DEFAULT", key=key, filepath=FOLDER + key)
        yield gh.until(ended, PATIENCE_S, f"the trial of {key}")
        gh.check(jobs.last_outcome() is None or jobs.last_outcome().kind == "finished", f"{key} is usable")
    files.forget()
    gh.check(not files.missing("trace"), "TRACE has its files")
    jobs.dismiss()
    yield from shown("2_ready")

    bpy.ops.romp_mocap.detect_people("INVOKE_DEFAULT")
    yield gh.until(ended, PATIENCE_S, "the people of the first frame")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    people = group.detected.people
    gh.check(len(people) > 1, f"{len(people)} people to choose from")
    people[0].selected = True
    group.capture.new_people = False
    jobs.dismiss()
    yield from shown("3_selected")

    bpy.ops.romp_mocap.capture("INVOKE_DEFAULT")
    yield gh.until(lambda: ended() or jobs.current().progress, PATIENCE_S, "progress")
    yield from shown("4_running")
    yield gh.until(ended, PATIENCE_S, "the end of the capture")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    armatures = [item for item in bpy.context.scene.objects if item.type == "ARMATURE"]
    gh.check(len(armatures) == 1, f"the selected person alone is made ({[item.name for item in armatures]})")
    yield from shown("5_done")
    gh.area("VIEW_3D").spaces.active.region_3d.view_perspective = "CAMERA"
    for frame in (1, 6, 12):
        bpy.context.scene.frame_set(frame)
        yield from shown(f"6_camera_{frame}")
