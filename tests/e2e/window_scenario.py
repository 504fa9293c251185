"""A capture in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md): the tab, a run, a cancel.

`window_driver.py` runs this file inside Blender's event loop; the footage is the file named by `VIDEO`.
"""

import sys
import time

import bpy

VIDEO = "/srv/footage/jumping_jacks.mp4"
RUN_SECONDS = 240


def jobs():
    """The add-on's running job, found whatever the repository is called."""
    return next(module for name, module in sys.modules.items() if name.endswith(".romp_mocap.worker.jobs"))


def armatures() -> list:
    return [item for item in bpy.context.scene.objects if item.type == "ARMATURE"]


def look_through_camera(gh) -> None:
    gh.area("VIEW_3D").spaces.active.region_3d.view_perspective = "CAMERA"


def scenario(gh):
    for name in ("Cube", "Light", "Camera"):
        if name in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects[name])
    gh.open_tab("MoCap")
    yield 2
    gh.area("VIEW_3D").regions[0].tag_redraw()
    gh.shot("1_empty")

    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    gh.check(bpy.context.scene.romp_mocap.source == VIDEO, "a dropped video becomes the source")
    yield 1
    gh.shot("2_source")

    began = time.time()
    gh.check(bpy.ops.romp_mocap.capture("INVOKE_DEFAULT") == {"FINISHED"}, "Capture starts")
    gh.check(time.time() - began < 1.0, "Capture returns to the event loop at once")
    yield gh.until(lambda: jobs().current() and jobs().current().done > 40, 60, "progress")
    gh.shot("3_running")
    try:
        bpy.ops.romp_mocap.capture("EXEC_DEFAULT")
        gh.check(False, "a second capture is refused")
    except RuntimeError as error:
        gh.check("running" in str(error), "a second capture is refused with a reason")
    yield gh.until(lambda: jobs().current() is None, RUN_SECONDS, "the end of the capture")
    yield 1
    outcome = jobs().last_outcome()
    gh.check(outcome.kind == "finished", f"the capture finishes ({outcome.text})")
    gh.check(len(armatures()) == 1, f"one character is made ({[item.name for item in armatures()]})")
    gh.shot("4_done")
    look_through_camera(gh)
    for frame in (60, 150, 240):
        bpy.context.scene.frame_set(frame)
        yield 1.5
        gh.shot(f"5_camera_{frame}")

    heads = [tuple(armatures()[0].pose.bones["left_wrist"].head)]
    bpy.context.scene.frame_set(100)
    heads.append(tuple(armatures()[0].pose.bones["left_wrist"].head))
    gh.check(heads[0] != heads[1], "the character moves")

    bpy.ops.romp_mocap.capture("INVOKE_DEFAULT")
    yield gh.until(lambda: jobs().current() and jobs().current().done > 30, 60, "progress")
    asked = time.time()
    bpy.ops.romp_mocap.cancel()
    yield gh.until(lambda: jobs().current() is None, 10, "the end of the cancelled capture")
    gh.check(time.time() - asked < 8, f"cancel takes {time.time() - asked:.2f} s, saving and redraws included")
    takes = bpy.context.scene.romp_mocap.takes
    gh.check(len(takes) == 2 and not takes[-1].complete, "the partial take is in the list")
    yield 1
    gh.shot("6_cancelled")
    bpy.ops.romp_mocap.make_characters(which="ALL")
    yield gh.until(lambda: jobs().current() is None, 60, "the solve of the partial take")
    yield 1
    gh.check(len(armatures()) == 2, "the partial take makes a character, too")

    gh.move(500, 450)
    yield 0.5
    gh.key("ctrl+z")
    yield gh.until(lambda: len(armatures()) == 1, 10, "undo takes the second character away")
    gh.shot("7_undo")
