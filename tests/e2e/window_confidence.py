"""Confidence over a character in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

A capture of `VIDEO`, the moment that was seen worst, and the bones in the color of their confidence, which go with the
other overlays.
"""

import sys

import bpy

VIDEO = "/srv/footage/demo.mp4"


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def scenario(gh):
    jobs, overlay = module("worker.jobs"), module("review.overlay")
    panel = module("review.panel").ROMP_MOCAP_PT_confidence
    bpy.utils.unregister_class(panel)
    panel.bl_options = set()  # open, as after a click on its header
    bpy.utils.register_class(panel)
    scene = bpy.context.scene
    gh.open_tab("MoCap")
    yield 2
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    gh.check(bpy.ops.romp_mocap.capture("INVOKE_DEFAULT") == {"FINISHED"}, "the capture starts")
    yield gh.until(lambda: jobs.current() is None, 240, "the capture")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    scene.romp_mocap.show_confidence = True
    gh.check(bpy.ops.romp_mocap.go_to_unsure() == {"FINISHED"}, f"the worst moment is frame {scene.frame_current}")
    yield 3
    gh.shot("1_worst")
    gh.check(len(list(overlay.lines(scene))) == 23, "every bone has a color")
    scene.frame_set(60)
    yield 3
    gh.shot("2_clear")
    gh.area("VIEW_3D").spaces.active.overlay.show_overlays = False
    yield 2
    gh.shot("3_without_overlays")
