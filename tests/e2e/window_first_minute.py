"""A new user's first minute in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

Blender's startup file, the sidebar, one click on Try It on a Sample: a character, selected, seen through the matched
camera. Then progress in another workspace, and Solve Again, which scrolls nothing.
"""

import sys
import time

import bpy

SAMPLE_BUTTON = (160, 118)
"""In the sidebar of a window of 1600 x 900, pixels from its top left."""


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def scenario(gh):
    jobs, index = module("worker.jobs"), module("blender.scene_index")
    scene = bpy.context.scene
    gh.open_tab("MoCap")
    yield 2
    gh.shot("1_invitation")
    gh.click_in_region(*SAMPLE_BUTTON)
    yield gh.until(lambda: jobs.current() is not None, 10, "a capture after one click")
    began = time.time()
    yield gh.until(lambda: jobs.current() is None or jobs.current().done > 20, 60, "progress")
    gh.shot("2_running")
    bpy.context.window.workspace = bpy.data.workspaces["Compositing"]
    yield 2
    gh.shot("3_other_workspace")
    bpy.context.window.workspace = bpy.data.workspaces["Layout"]
    yield gh.until(lambda: jobs.current() is None, 240, "the end of the capture")
    print(f"capture and characters in the window: {time.time() - began:.1f} s")
    yield 3
    gh.shot("4_done")
    outcome = jobs.last_outcome()
    gh.check(outcome is not None and outcome.kind == "finished", f"the capture finishes ({outcome and outcome.text})")
    (character,) = index.characters(scene)
    gh.check(character.select_get() and bpy.context.view_layer.objects.active == character, "the character is selected")
    view = gh.area("VIEW_3D").spaces.active.region_3d
    gh.check(view.view_perspective == "CAMERA", "the view looks through the matched camera")
    gh.check(not bpy.data.objects["Cube"].visible_get(), "the cube is hidden, not deleted")
    scene.frame_set(40)
    yield 2
    gh.shot("5_later")
    gh.move(500, 450)
    yield 1
    gh.key("ctrl+z")
    yield gh.until(lambda: not list(index.characters(bpy.context.scene)), 10, "undo takes the character away")
    gh.check(bpy.data.objects["Cube"].visible_get(), "undo shows the cube")
    yield 1
    gh.shot("6_undo")
