"""Putting right what is wrong in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

A capture of `VIDEO`, two people: the strips of when they are seen, an elbow posed by hand that stays through another
solve, a person split in two, and each taken back.
"""

import math
import sys

import bpy
from mathutils import Quaternion

VIDEO = "/srv/footage/duo.mp4"
FRAME, BONE = 40, "left_elbow"
HIDDEN = (
    ("capture.panel", "ROMP_MOCAP_PT_capture"),
    ("takes.panel", "ROMP_MOCAP_PT_solve"),
    ("review.panel", "ROMP_MOCAP_PT_confidence"),
)


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def opened(name, panel):
    """Show a panel open, as after a click on its header."""
    found = getattr(module(name), panel)
    bpy.utils.unregister_class(found)
    found.bl_options = set()
    bpy.utils.register_class(found)


def turned(item):
    return item.pose.bones[BONE].rotation_quaternion.copy()


def apart(one, other):
    """Degrees between two rotations."""
    return math.degrees(one.rotation_difference(other).angle)


def scenario(gh):
    jobs = module("worker.jobs")
    scene, done = bpy.context.scene, lambda: jobs.current() is None
    opened("edit.panel", "ROMP_MOCAP_PT_edits")
    gh.open_tab("MoCap")
    yield 2
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    gh.check(bpy.ops.romp_mocap.capture("INVOKE_DEFAULT") == {"FINISHED"}, "the capture starts")
    yield gh.until(done, 400, "the capture")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    bpy.ops.romp_mocap.dismiss()
    scene.frame_set(FRAME)
    entry = scene.romp_mocap.takes[0]
    gh.check(len(entry.people) == 2, f"{len(entry.people)} people")
    for name, panel in HIDDEN:
        bpy.utils.unregister_class(getattr(module(name), panel))  # to see what is below them
    yield 3
    gh.shot("1_strips")

    item = bpy.context.object
    before = turned(item)
    bpy.ops.object.mode_set(mode="POSE")
    item.pose.bones[BONE].rotation_quaternion = before @ Quaternion((0, 0, 1), math.radians(50))
    posed = turned(item)
    gh.check(bpy.ops.romp_mocap.edit_pose() == {"FINISHED"}, "the pose is kept")
    yield gh.until(done, 120, "the solve")
    yield 1
    scene.frame_set(FRAME)
    gh.check(apart(turned(item), posed) < 0.5, f"it is shown within {apart(turned(item), posed):.2f} degrees")
    gh.shot("2_posed")
    entry.solve.strength = 0.5
    yield 2
    yield gh.until(done, 120, "another solve")
    yield 1
    scene.frame_set(FRAME)
    gh.check(apart(turned(item), posed) < 5, f"and stays in another solve: {apart(turned(item), posed):.2f} degrees")
    scene.frame_set(FRAME + 60)
    far = turned(item)
    gh.check(bpy.ops.romp_mocap.edit_remove(kind="POSE", index=0) == {"FINISHED"}, "it is taken back")
    yield gh.until(done, 120, "the solve without it")
    yield 1
    scene.frame_set(FRAME + 60)
    gh.check(apart(turned(item), far) < 0.01, "frames far away were never touched")
    scene.frame_set(FRAME)
    gh.check(apart(turned(item), before) < 5, f"back within {apart(turned(item), before):.2f} degrees")
    bpy.ops.object.mode_set(mode="OBJECT")

    gh.check(bpy.ops.romp_mocap.edit_split() == {"FINISHED"}, "a person is split")
    yield gh.until(done, 120, "the solve of three people")
    yield 2
    gh.check(len(entry.people) == 3, f"{len(entry.people)} people")
    gh.shot("3_split")
    bpy.ops.ed.undo()
    yield 2
    entry = scene.romp_mocap.takes[0] if (scene := bpy.context.scene) else None
    gh.check(len(entry.people) == 2, "undo joins them again")
    yield 1
    gh.shot("4_undone")
