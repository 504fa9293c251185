"""A slider of a solved take in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

A short capture, all panels opened, then settings of the take are changed as a drag does, and the character follows; a
person is removed and restored. The footage is the file named by `VIDEO`.
"""

import sys
import time

import bpy

VIDEO = "/srv/footage/demo.mp4"
RUN_SECONDS = 240
CAPTURE_HEADER, MOTION_HEADER, HEIGHT = (60, 12), (60, 288), (175, 505)
"""Where they are in the sidebar, in a window of 1600 x 900; the others once Capture is closed and Motion is open."""


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def armatures() -> list:
    return [item for item in bpy.context.scene.objects if item.type == "ARMATURE"]


def head_height() -> float:
    (armature,) = armatures()
    return armature.pose.bones["head"].head.z


def drag(gh, start, steps: int, distance: int) -> None:
    """Press the mouse button in the sidebar, move sideways in steps, and release it, as a hand does."""
    x, y = (origin + offset for origin, offset in zip(gh.region_origin(), start, strict=True))
    moves = ["mousemove_relative", "--", distance, 0, "sleep", 0.5] * steps
    gh._xdo("mousemove", x, y, "sleep", 0.5, "mousedown", 1, "sleep", 0.3, *moves, "mouseup", 1)


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

    gh.click_in_region(*CAPTURE_HEADER)
    yield 1.5
    gh.click_in_region(*MOTION_HEADER)
    yield from shown("1b_motion")
    (entry,) = bpy.context.scene.romp_mocap.takes
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
    dragged, grown = entry.solve.height, head_height()
    drag(gh, HEIGHT, 8, -5)
    yield 3
    gh.check(
        entry.solve.height < dragged and head_height() < grown,
        f"the character follows the mouse ({dragged:.2f} m to {entry.solve.height:.2f} m)",
    )
    yield from shown("2b_dragging")
    yield 3
    yield gh.until(idle, 30, "the end of the drag")
    settled = head_height() / entry.solve.height
    gh.check(abs(settled - grown / dragged) < 0.01, f"it is as tall as the slider says ({entry.solve.height:.2f} m)")
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
