"""Hiding a character where the person was not detected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..blender import compat, scene_index
from .action import ensure_action, own_action, remove_curves, take_over
from .hand_edits import digest
from .keys import CONSTANT, Keys

if TYPE_CHECKING:
    from romp_core.typing import Array

_CURVES = [("hide_viewport", 0), ("hide_render", 0)]
_WRITTEN = "romp_mocap_visibility"
"""Property of actions: role -> digest of what was written."""


def bake_visibility(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    item: bpy.types.Object,
    name: str,
    detected: Array,
    first: int,
    keep_edits: bool = True,
) -> None:
    """Hide an object where the person was not detected; without gaps there are no keys, and hiding is up to the user.

    Args:
        armature: the person's; `item` is the same, or the body on it.
        name: for the action, should there be none yet.
        detected: (n,) bool per scene frame of the whole footage, from the frame `first` on.
        keep_edits: whether keys that the user set or changed stay as they are.
    """
    import numpy as np

    if keep_edits and has_edited_visibility(scene, armature, item):
        return
    action = own_action(scene, _holder(armature, item))
    if detected.all():
        _remove_keys(item, action)
        return
    title = name if _holder(armature, item) == armature else f"{name} visibility"
    action = ensure_action(scene, _holder(armature, item), title)
    changes = np.flatnonzero(np.diff(detected, prepend=~detected[:1]))
    keys = Keys.at(first + changes, ~detected[changes], np.full(len(changes), CONSTANT))
    channels = compat.own_channels(item, action)
    for path, index in _CURVES:
        keys.write(compat.ensure_fcurve(channels, path, index, "Visibility"))
    _note(action, item, channels)
    take_over(item, action)


def has_edited_visibility(scene: bpy.types.Scene, armature: bpy.types.Object, item: bpy.types.Object) -> bool:
    """True when the action has other visibility keys for this object than the latest bake wrote."""
    action = own_action(scene, _holder(armature, item))
    channels = compat.found_channels(item, action) if action is not None else None
    if action is None or channels is None:
        return False
    written = action.get(_WRITTEN, {}).get(item[scene_index.ROLE])
    if written is None:  # an earlier version keyed both alike
        curves = [channels.fcurves.find(path, index=index) for path, index in _CURVES]
        if None in curves:
            return any(curves)
        render, viewport = (Keys.of(curve) for curve in curves)
        return bool(render.co.tobytes() != viewport.co.tobytes() or (render.interpolation != CONSTANT).any())
    return bool(written != digest(channels, _CURVES))


def _holder(armature: bpy.types.Object, item: bpy.types.Object) -> bpy.types.Object:
    """Whose action holds the keys: the armature's also those of the body, where an action can have several slots."""
    return armature if compat.has_slots() else item


def _note(action: bpy.types.Action, item: bpy.types.Object, channels: Any) -> None:
    written = action.get(_WRITTEN)
    action[_WRITTEN] = {**(written.to_dict() if written else {}), item[scene_index.ROLE]: digest(channels, _CURVES)}


def _remove_keys(item: bpy.types.Object, action: bpy.types.Action | None) -> None:
    """Show the object where keys of an earlier bake hid it."""
    if action is None:
        return
    channels = compat.found_channels(item, action)
    for path, _ in _CURVES if channels is not None else ():
        if remove_curves(channels, path):
            setattr(item, path, False)
    _note(action, item, channels)
