"""Actions of a take: keys of rotations and root motion, written in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..blender import compat, scene_index
from .bones import ROOT_BONE, bone_names

if TYPE_CHECKING:
    from romp_core.take.resample import Clip
    from romp_core.typing import Array

CONSTANT, LINEAR = 0, 1  # values of Keyframe.interpolation


def write_keys(curve: bpy.types.FCurve, frames: Array, values: Array, interpolation: Array) -> None:
    """Replace all keys of an f-curve. frames, values (n,) float; interpolation (n,) int32."""
    import numpy as np

    points = curve.keyframe_points
    if len(points) != len(frames):
        points.clear()
        points.add(len(frames))
    points.foreach_set("co", np.column_stack((frames, values)).astype(np.float32).ravel())
    points.foreach_set("interpolation", interpolation)
    curve.update()


def bone_rotations(clip: Clip, rest: Array) -> Array:
    """Rotations of a `Clip` -> pose bone `rotation_quaternion` (n, 24, 4).

    A joint's rotation is relative to its parent in SMPL axes, which turn into armature axes by W (RotX 90) and into the
    bone's own axes by its rest matrix R: basis = k q k^-1 with k = R^-1 W. The pelvis rotation already leads from SMPL
    axes to the world: basis = R^-1 q W^-1 R.

    Args:
        rest: (24, 3, 3) rest rotations of the bones in armature space.
    """
    import numpy as np

    from romp_core.geometry.rotations import make_continuous, quat_conjugate, quat_from_matrix, quat_multiply
    from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

    turn = quat_from_matrix(np.swapaxes(rest, -1, -2) @ WORLD_FROM_SMPL_REST)  # (24, 4)
    left = turn.copy()
    left[0] = quat_from_matrix(rest[0].T)
    return make_continuous(quat_multiply(quat_multiply(left, clip.rotations), quat_conjugate(turn)))


def bake_action(item: bpy.types.Object, action: bpy.types.Action, clip: Clip, frames: Array) -> None:
    """Write a clip into the action and let it move the armature, unless the user put another action there.

    Keys exist only where the person was detected; the last key before a gap holds. A `root` bone, if there is one,
    gets the part of the root motion along the floor.

    Args:
        frames: (n,) scene frame of each sample.
    """
    import numpy as np

    from romp_core.geometry.skeleton import JOINTS

    bones, names = item.data.bones, bone_names(item.data)
    rest = np.array([bones[names[joint]].matrix_local for joint in JOINTS])  # (24, 4, 4)
    rotations = bone_rotations(clip, rest[:, :3, :3])
    root, floor_part = np.asarray(clip.root, dtype=np.float64), None
    if ROOT_BONE in names:
        floor_part = root * [1.0, 1.0, 0.0] - rest[0, :3, 3] * [1.0, 1.0, 0.0]
        root = root - floor_part
    location = (root - rest[0, :3, 3]) @ rest[0, :3, :3]

    seen = np.flatnonzero(clip.valid)
    interpolation = np.full(len(seen), LINEAR, dtype=np.int32)
    interpolation[:-1][np.diff(seen) > 1] = CONSTANT
    frames = np.asarray(frames, dtype=np.float64)[seen]
    channels = compat.own_channels(item, action)

    def write(joint: str, prop: str, values: Array) -> None:
        bone = names[joint]
        path = curve_path(bone, prop)
        for index in range(values.shape[1]):
            curve = compat.ensure_fcurve(channels, path, index, bone)
            write_keys(curve, frames, values[seen, index], interpolation)
        if bone != joint and joint not in bones:  # renamed while another action was assigned
            remove_curves(channels, curve_path(joint, prop))

    for joint, name in enumerate(JOINTS):
        item.pose.bones[names[name]].rotation_mode = "QUATERNION"
        write(name, "rotation_quaternion", rotations[:, joint])
    write("pelvis", "location", location)
    if floor_part is not None:
        write(ROOT_BONE, "location", floor_part @ np.array(bones[names[ROOT_BONE]].matrix_local)[:3, :3])
    else:
        remove_curves(channels, curve_path(ROOT_BONE, "location"))
    take_over(item, action)


def curve_path(bone: str, prop: str) -> str:
    """Data path of a property of a pose bone."""
    return f'pose.bones["{bpy.utils.escape_identifier(bone)}"].{prop}'


def ensure_action(scene: bpy.types.Scene, item: bpy.types.Object, name: str) -> bpy.types.Action:
    """The action that bakes of this scene write for an object, made when missing."""
    action = own_action(scene, item)
    if action is None:
        action = bpy.data.actions.new(name)
        action.use_fake_user = True  # a user who tries another action on the character does not lose this one
        scene_index.mark(action, item[scene_index.TAKE], item[scene_index.ROLE], item[scene_index.PERSON])
    scene_index.keep(scene, item).action = action
    return action


def own_action(scene: bpy.types.Scene, item: bpy.types.Object) -> bpy.types.Action | None:
    """The action with the marks of this object that it uses, or used before the user gave it another one."""
    pointers = scene_index.pointers_of(scene, item)
    assigned = item.animation_data.action if item.animation_data else None
    marks = item[scene_index.TAKE], item[scene_index.ROLE], item[scene_index.PERSON]
    for action in (assigned, pointers.action if pointers is not None else None):
        if action is not None and scene_index.belongs(action, *marks) and not _is_others(action, item):
            return action
    return None


def _is_others(action: bpy.types.Action, item: bpy.types.Object) -> bool:
    """Whether an action cannot be written for this object: it is linked, or another object's, as in another scene."""
    others = (pointers for scene in bpy.data.scenes for pointers in scene.romp_mocap.made if pointers.item != item)
    return bool(scene_index.library_of(action)) or any(pointers.action == action for pointers in others)


def take_over(item: bpy.types.Object, action: bpy.types.Action) -> None:
    """Assign the action where there is none, or an older one of ours."""
    if item.animation_data is None or item.animation_data.action is None or is_ours(item):
        compat.assign_action(item, action)


def is_ours(item: bpy.types.Object) -> bool:
    """True when the object's current action was made by a bake."""
    action = item.animation_data.action if item.animation_data else None
    return action is not None and scene_index.TAKE in action


def remove_curves(channels: Any, path: str) -> bool:
    """Remove the f-curves of a property; whether there were any."""
    curves = [curve for curve in channels.fcurves if curve.data_path == path]
    for curve in curves:
        channels.fcurves.remove(curve)
    return bool(curves)
