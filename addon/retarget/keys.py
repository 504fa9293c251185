"""From a posed rig to keys: in the rotation mode of each bone, in bulk, into an action of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import bpy
from mathutils import Matrix

from ..bake.action import curve_path
from ..bake.hand_edits import digest
from ..bake.keys import Keys, interpolation_of
from ..blender import compat
from .rotation_modes import from_mode, in_mode, rotation_property

if TYPE_CHECKING:
    from romp_core.retarget.pose import RigPose
    from romp_core.retarget.reduction import Curves
    from romp_core.typing import Array

SOURCE = "romp_mocap_retarget"
"""Property of actions that a retargeting made: what it was made from."""
_WRITTEN = "romp_mocap_retargeted_keys"
"""Another one: digest of the keys that it wrote."""


def ensure_action(item: bpy.types.ID, source: str, name: str) -> tuple[bpy.types.Action, str]:
    """The action that an earlier retargeting from the same source made for an armature or shape keys, or a new one; and
    a remark.

    An action whose keys were changed by hand since is left alone.
    """
    mark, remark = f"{source}>{item.name}", ""
    for action in [action for action in bpy.data.actions if action.get(SOURCE) == mark and action.library is None]:
        channels = compat.found_channels(item, action)
        if channels is None or action.get(_WRITTEN) == _digest(channels):
            return action, ""
        del action[SOURCE]  # from now on it is the user's
        remark = (
            f'The keys in "{action.name}" were changed by hand, so they stay there, and the motion is in a new action.'
        )
    action = bpy.data.actions.new(name)
    action.use_fake_user = True  # a user who tries another action on the rig does not lose this one
    action[SOURCE] = mark
    return action, remark


def made_from(item: bpy.types.Object) -> str:
    """What the action that an armature has now was retargeted from, "" where it is another one."""
    action = item.animation_data.action if item.animation_data else None
    return str(action.get(SOURCE, "")) if action is not None else ""


def _digest(channels: Any) -> str:
    return digest(channels, [(curve.data_path, curve.array_index) for curve in channels.fcurves])


def write_pose(
    item: bpy.types.Object,
    action: bpy.types.Action,
    pose: RigPose,
    frames: Array,
    units: float,
    rows: Mapping[tuple[str, str], Array],
) -> int:
    """Replace the keys of an action by those of a posed rig; returns their number.

    Args:
        frames: (n,) scene frame of each row. units: of the armature per meter.
        rows: (bone, "rotation" or "location") -> rows (k,) that get a key; all of them where it is left out.
    """
    import numpy as np

    channels = compat.own_channels(item, action)
    for curve in list(channels.fcurves):
        channels.fcurves.remove(curve)
    every, count = np.arange(len(frames)), 0
    for bone, rotations in pose.rotations.items():
        mode = item.pose.bones[bone].rotation_mode
        values = in_mode(mode, rotations)
        path = curve_path(bone, rotation_property(mode))
        count += _write(channels, path, bone, frames, values, rows.get((bone, "rotation"), every))
    for bone, positions in pose.locations.items():
        positions = positions @ np.array(location_axes(item.data.bones[bone])).T
        path = curve_path(bone, "location")
        count += _write(channels, path, bone, frames, positions * units, rows.get((bone, "location"), every))
    action[_WRITTEN] = _digest(channels)
    return count


def write_values(keys: bpy.types.Key, action: bpy.types.Action, values: Mapping[str, Array], frames: Array) -> None:
    """Replace the keys of an action by those of shape keys: values (n,) by name, at scene frames (n,)."""
    channels = compat.own_channels(keys, action)
    for curve in list(channels.fcurves):
        channels.fcurves.remove(curve)
    for name, column in values.items():
        path = keys.key_blocks[name].path_from_id("value")
        Keys.at(frames, column, interpolation_of(frames)).write(compat.ensure_fcurve(channels, path, 0, "Face"))
    action[_WRITTEN] = _digest(channels)


def curves_of(item: bpy.types.Object, pose: RigPose) -> dict[str, Curves]:
    """What is keyed of each bone's rotation, in its rotation mode."""
    from romp_core.retarget.reduction import Curves

    modes = {bone: item.pose.bones[bone].rotation_mode for bone in pose.rotations}
    return {
        bone: Curves(in_mode(modes[bone], rotations), partial(from_mode, modes[bone]))
        for bone, rotations in pose.rotations.items()
    }


def location_axes(bone: bpy.types.Bone) -> Matrix:
    """The rotation (3, 3) from a bone's own axes to those that its location is keyed in."""
    if bone.use_local_location:
        return Matrix.Identity(3)
    own = bone.matrix_local.to_3x3()
    return bone.parent.matrix_local.to_3x3().inverted() @ own if bone.parent is not None else own


def _write(channels: Any, path: str, bone: str, frames: Array, values: Array, rows: Array) -> int:
    for index in range(values.shape[1]):
        keys = Keys.at(frames[rows], values[rows, index], interpolation_of(frames)[rows])
        keys.write(compat.ensure_fcurve(channels, path, index, bone))
    return len(rows) * int(values.shape[1])


def assign(item: bpy.types.ID, action: bpy.types.Action) -> None:
    """Let an action move an armature or shape keys; the one it had stays in the file."""
    animation = item.animation_data
    if animation is not None and animation.action is not None and animation.action != action:
        animation.action.use_fake_user = True
    compat.assign_action(item, action)
