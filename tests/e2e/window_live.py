"""Live capture in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

A stream moves a character, a recording becomes an action and a take, and Escape ends it. Beforehand, serve a clip at
`SOURCE`: `python -m tests.mjpeg_server tests/data/demo.mp4` tells its address.
"""

import sys

import bpy

SOURCE = "http://127.0.0.1:8097/video"
CAPTURE_HEADER, TAKES_HEADER, LIVE_HEADER = (60, 12), (60, 41), (60, 70)
"""In the sidebar of a window of 1600 x 900, pixels from its top left, one after the other is clicked."""


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def scenario(gh):
    jobs, control, index = module("worker.jobs"), module("live.control"), module("blender.scene_index")
    scene = bpy.context.scene
    bpy.data.objects["Cube"].hide_set(True)
    gh.open_tab("MoCap")
    yield 2
    for header in (CAPTURE_HEADER, TAKES_HEADER, LIVE_HEADER):
        gh.click_in_region(*header)
        yield 2.5
    gh.shot("1_panel")
    scene.romp_mocap.live.source = SOURCE
    scene.romp_mocap.live.countdown = 0
    gh.move(500, 450)
    yield 0.5
    with gh.override():
        gh.check(bpy.ops.romp_mocap.live_start("INVOKE_DEFAULT") == {"FINISHED"}, "live starts")
    yield gh.until(lambda: list(index.characters(scene)), 60, "a character")
    (character,) = index.characters(scene)
    before = tuple(character.pose.bones["left_wrist"].head)
    yield gh.until(lambda: tuple(character.pose.bones["left_wrist"].head) != before, 60, "a movement")
    yield 5
    running = control.current()
    if running is not None:
        applied = sorted(running.display.applying)
        print("ms to apply a pose, median and most:", 1000 * applied[len(applied) // 2], 1000 * applied[-1])
        print("figures:", running.display.lines())
    gh.shot("2_running")
    bpy.ops.romp_mocap.live_record()
    yield gh.until(lambda: control.current().display.recording is not None, 30, "the recording")
    yield 3
    gh.shot("3_recording")
    bpy.ops.romp_mocap.live_end_recording()
    yield gh.until(lambda: len(scene.romp_mocap.takes) == 1, 30, "the take of the recording")
    gh.move(500, 450)
    yield 0.5
    gh.key("Escape")
    yield gh.until(lambda: jobs.current() is None, 20, "the end by Escape")
    yield 1
    gh.check(character.animation_data.action is not None, f"an action is recorded ({jobs.last_outcome().text})")
    gh.shot("4_ended")
    bpy.ops.romp_mocap.solve()
    yield gh.until(lambda: jobs.current() is None, 60, "the recording solved again")
    gh.check(jobs.last_outcome() is None or jobs.last_outcome().kind == "finished", "the recording can be solved again")
