"""What Blender shows, measured: joints and bone rotations of an armature per scene frame."""

import bpy
import numpy as np

from romp_core.geometry.skeleton import JOINTS


def set_frame(scene, frame):
    whole = int(np.floor(frame))
    scene.frame_set(whole, subframe=float(frame - whole))


def posed(scene, item, frame, names=JOINTS):
    """World bone heads (24, 3) in meters and rotations relative to the rest pose (24, 3, 3) at a frame."""
    set_frame(scene, frame)
    evaluated = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    world = np.array(evaluated.matrix_world)
    scale = np.linalg.norm(world[:3, 0])
    turn = world[:3, :3] / scale
    heads, rotations = [], []
    for name in names:
        bone = evaluated.pose.bones[name]
        matrix = np.array(bone.matrix)
        heads.append(world[:3, :3] @ matrix[:3, 3] + world[:3, 3])
        rest = np.array(item.data.bones[name].matrix_local)[:3, :3]
        rotations.append(turn @ (matrix[:3, :3] @ rest.T) @ turn.T)
    return np.array(heads), np.array(rotations)


def track(scene, item, frames, names=JOINTS):
    """`posed` over many frames: (n, 24, 3), (n, 24, 3, 3)."""
    heads, rotations = zip(*(posed(scene, item, frame, names) for frame in frames), strict=True)
    return np.array(heads), np.array(rotations)


def degrees_between(a, b):
    """Angles (...) between rotation matrices (..., 3, 3)."""
    difference = np.einsum("...ji,...jk->...ik", a, b) - np.eye(3)
    # the chord of the angle: exact for small angles, where the trace is not
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(difference, axis=(-1, -2)) / np.sqrt(8), 0, 1)))
