"""A slider of a solved take in a real Blender window, for the window harness (see `benchmarks/README.md`).

A short capture, all panels opened, then settings of the take are changed as a drag does, and the character follows; a
person is removed and restored. The footage is the file named by `VIDEO`.
"""

import sys
import time

import bpy

VIDEO = "/srv/footage/demo.mp4"
RUN_SECONDS = 240


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def armatures() -> list:
    return [item for item in bpy.context.scene.objects if item.type == "ARMATURE"]


def head_height() -> float:
    (armature,) = armatures()
    return armature.pose.bones["head"].head.z


def scenario(gh):
    jobs, live_update = module("worker.jobs"), module("takes.live_update")

    def idle():
        return jobs.current() is None and not live_update.pending()

    def shown(name):
        for region in gh.area("VIEW_3D").regions:
            region.tag_redraw()
        yield 1.5
        gh.shot(name)

    for name in ("Cube", "Light", "Camera"):
        if name in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects[name])
    gh.open_tab("MoCap")
    yield 2
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    bpy.ops.romp_mocap.capture("INVOKE_DEFAULT")
    yield gh.until(idle, RUN_SECONDS, "the end of the capture")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    jobs.dismiss()
    yield from shown("1_captured")

    (entry,) = bpy.context.scene.romp_mocap.takes
    name = f"{jobs.__package__.rpartition('.')[0]}.takes.panel"
    gh.check(name in sys.modules, "the panels are there")
    before, times = head_height(), []
    for step in range(1, 11):
        start = time.time()
        entry.solve.height = 1.7 + 0.03 * step
        yield gh.until(idle, 30, f"step {step} of the slider")
        times.append(time.time() - start)
        gh.check(abs(entry.solve.height - (1.7 + 0.03 * step)) < 1e-5, "the slider stays where it is")
    gh.check(head_height() > before * 1.1, f"the character grows ({before:.2f} m to {head_height():.2f} m)")
    gh.check(jobs.last_outcome() is None, "a slider leaves no messages")
    print("seconds per step, redraws included:", " ".join(f"{each:.2f}" for each in times))
    yield from shown("2_taller")
    for setting, value in (("strength", 0.2), ("tilt", 10.0), ("contacts", False), ("fov", 60.0)):
        setattr(entry.solve, setting, value)
        yield gh.until(idle, 60, f"{setting} changes")
        gh.check(jobs.last_outcome() is None, f"{setting} is solved")
    yield from shown("3_changed")

    bpy.ops.romp_mocap.remove_person("EXEC_DEFAULT")
    yield from shown("4_removed")
    gh.check(not armatures() and len(entry.removed_people) == 1, "the person is removed")
    bpy.ops.romp_mocap.restore_person("EXEC_DEFAULT", person_id=entry.removed_people[0].person_id)
    yield from shown("5_restored")
    gh.check(len(armatures()) == 1, "the person is back")
    key = next(key for key in bpy.context.preferences.addons.keys() if key.endswith("romp_mocap"))  # noqa: SIM118
    with gh.override():
        bpy.ops.preferences.addon_show(module=key)
    yield 3
    gh.shot("6_preferences")
