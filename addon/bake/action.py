"""Actions of a take: keys of rotations and root motion, written in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import bpy

from ..blender import compat, scene_index
from ..blender.steps import Steps, at_once
from .bones import ROOT_BONE, bone_names
from .motion_curves import Curve, SolvedPose, write_motion_steps

if TYPE_CHECKING:
    from romp_core.take.resample import Clip
    from romp_core.typing import Array


def bone_rotations(rotations: Array, rest: Array) -> Array:
    """Rotations of B joints (n, B, 4), the pelvis first -> pose bone `rotation_quaternion` (n, B, 4).

    A joint's rotation is relative to its parent in SMPL axes, which turn into armature axes by W (RotX 90) and into the
    bone's own axes by its rest matrix R: basis = k q k^-1 with k = R^-1 W. The pelvis rotation already leads from SMPL
    axes to the world: basis = R^-1 q W^-1 R.

    Args:
        rest: (B, 3, 3) rest rotations of the bones in armature space.
    """

    from romp_core.geometry.rotations import make_continuous, quat_conjugate, quat_from_matrix, quat_multiply

    turn = bone_from_joint(rest)  # (B, 4)
    left = turn.copy()
    left[0] = quat_from_matrix(rest[0].T)
    return make_continuous(quat_multiply(quat_multiply(left, rotations), quat_conjugate(turn)))


def bone_from_joint(rest: Array) -> Array:
    """Quaternions (B, 4) from the axes of joints, which lie as SMPL's at rest, to those of their bones.

    Args:
        rest: (B, 3, 3) rest rotations of the bones in armature space.
    """
    import numpy as np

    from romp_core.geometry.rotations import quat_from_matrix
    from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

    return quat_from_matrix(np.swapaxes(rest, -1, -2) @ WORLD_FROM_SMPL_REST)


def bake_action_steps(
    item: bpy.types.Object, action: bpy.types.Action, clip: Clip, frames: Array, keep_edits: bool = True
) -> Steps[None]:
    """Write a clip into the action and let it move the armature, unless the user put another action there.

    Keys exist only where the person was detected; the last key before a gap holds. A `root` bone, if there is one,
    gets the part of the root motion along the floor.

    Args:
        frames: (n,) scene frame of each sample.
        keep_edits: whether what the user changed by hand in this action stays, on top of the clip.
    """
    import numpy as np

    bones, names = item.data.bones, bone_names(item.data)
    joints = keyed_joints(names)
    rest = np.array([bones[names[joint]].matrix_local for joint in joints])  # (B, 4, 4)
    turns = np.concatenate([clip.rotations, clip.fingers], axis=1) if clip.has_fingers else clip.rotations
    rotations = bone_rotations(turns, rest[:, :3, :3])
    root = np.asarray(clip.root, dtype=np.float64)
    positions = []
    if ROOT_BONE in names:
        floor_part = root * [1.0, 1.0, 0.0] - rest[0, :3, 3] * [1.0, 1.0, 0.0]
        root = root - floor_part
        positions.append(floor_part @ np.array(bones[names[ROOT_BONE]].matrix_local)[:3, :3])
    positions.insert(0, (root - rest[0, :3, 3]) @ rest[0, :3, :3])

    seen = np.flatnonzero(clip.valid)
    frames = np.asarray(frames, dtype=np.float64)[seen]
    solved = np.concatenate([rotations.reshape(len(rotations), -1), *positions], axis=1)[seen]
    for joint in joints:
        item.pose.bones[names[joint]].rotation_mode = "QUATERNION"
    pose = SolvedPose(clip.fps, frames, solved, len(joints))
    yield from write_motion_steps(item, action, baked_curves(item), pose, keep_edits)
    _remove_dead(compat.own_channels(item, action), names, bones)
    take_over(item, action)


bake_action = at_once(bake_action_steps)


def baked_curves(item: bpy.types.Object) -> list[Curve]:
    """The curves that a bake writes for an armature: all rotations, the pelvis' position, and that of the root bone."""
    names = bone_names(item.data)
    joints = keyed_joints(names)
    curves = [(curve_path(names[joint], "rotation_quaternion"), index) for joint in joints for index in range(4)]
    moved = ["pelvis", *([ROOT_BONE] if ROOT_BONE in names else [])]
    return curves + [(curve_path(names[joint], "location"), index) for joint in moved for index in range(3)]


def keyed_joints(names: Mapping[str, str]) -> tuple[str, ...]:
    """The joints that a bake keys: those of the body, and the fingers of armatures that have them."""
    from romp_core.geometry.fingers import ALL_JOINTS, FINGERS
    from romp_core.geometry.skeleton import JOINTS

    return ALL_JOINTS if all(finger in names for finger in FINGERS) else JOINTS


def _remove_dead(channels: Any, names: Mapping[str, str], bones: Any) -> None:
    """Remove curves of bones under names that they have no more: renamed while another action was assigned."""
    for joint, name in names.items():
        if joint != name and joint not in bones:
            for prop in ("rotation_quaternion", "location"):
                remove_curves(channels, curve_path(joint, prop))
    if ROOT_BONE not in names and ROOT_BONE not in bones:
        remove_curves(channels, curve_path(ROOT_BONE, "location"))


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
    kept = [pointers.action] if pointers is not None else []
    marks = item[scene_index.TAKE], item[scene_index.ROLE], item[scene_index.PERSON]
    for action in (*compat.actions_of(item), *kept):
        if action is not None and scene_index.belongs(action, *marks) and not _is_others(action, item):
            return action
    return None


def _is_others(action: bpy.types.Action, item: bpy.types.Object) -> bool:
    """Whether an action cannot be written for this object: it is linked, or another object's, as in another scene."""
    others = (pointers for scene in bpy.data.scenes for pointers in scene.romp_mocap.made if pointers.item != item)
    return bool(scene_index.library_of(action)) or any(pointers.action == action for pointers in others)


def take_over(item: bpy.types.Object, action: bpy.types.Action) -> None:
    """Assign the action where there is none, or an older one of ours; not where the user made strips of it."""
    if action in compat.actions_of(item):
        return
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
