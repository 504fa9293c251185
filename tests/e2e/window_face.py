"""Hands and face of a close-up in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

A capture of `VIDEO` with all parts, seen through the matched camera at several moments, and closer.
"""

import sys

import bpy

VIDEO = "/srv/footage/face.mp4"
MOMENTS = (12, 45, 70, 90, 140)


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def opened(name, panel):
    """Show a panel open, as after a click on its header."""
    found = getattr(module(name), panel)
    bpy.utils.unregister_class(found)
    found.bl_options = set()
    bpy.utils.register_class(found)


def scenario(gh):
    jobs = module("worker.jobs")
    scene = bpy.context.scene
    opened("edit.panel", "ROMP_MOCAP_PT_edits")
    gh.open_tab("MoCap")
    yield 2
    scene.romp_mocap.capture.parts = "all"
    gh.shot("1_parts")
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    gh.check(bpy.ops.romp_mocap.capture("INVOKE_DEFAULT") == {"FINISHED"}, "the capture starts")
    yield gh.until(lambda: jobs.current() is None, 300, "the capture")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    faces = [mesh for mesh in bpy.data.meshes if mesh.shape_keys and "jawOpen" in mesh.shape_keys.key_blocks]
    gh.check(len(faces) == 1, "the character has ARKit's shape keys")
    action = faces[0].shape_keys.animation_data.action
    gh.check(action is not None and action.name.endswith("Face"), f"they move by {action.name}")
    gh.check("left_index2" in bpy.context.object.data.bones, "and finger bones")
    for frame in MOMENTS:
        scene.frame_set(frame)
        yield 2
        gh.shot(f"2_frame_{frame}")
    region = gh.area("VIEW_3D").spaces.active.region_3d
    region.view_perspective = "PERSP"
    head = bpy.context.object.matrix_world @ bpy.context.object.pose.bones["head"].head
    region.view_location, region.view_distance = head, 0.8
    for frame in MOMENTS:
        scene.frame_set(frame)
        yield 2
        gh.shot(f"3_close_{frame}")
