"""Hiding a character where the person was not detected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..blender import compat
from .action import CONSTANT, ensure_action, is_ours, remove_curves, take_over, write_keys

if TYPE_CHECKING:
    from romp_core.typing import Array

_PROPERTIES = ("hide_viewport", "hide_render")


def bake_visibility(
    scene: bpy.types.Scene, armature: bpy.types.Object, item: bpy.types.Object, name: str, detected: Array, first: int
) -> None:
    """Hide an object where the person was not detected; without gaps there are no keys, and hiding is up to the user.

    Args:
        armature: the person's; `item` is the same, or the body on it.
        name: for the action, should there be none yet.
        detected: (n,) bool per scene frame of the whole footage, from the frame `first` on.
    """
    import numpy as np

    if detected.all():
        _remove_keys(item)
        return
    if compat.has_slots() or item == armature:
        action = ensure_action(scene, armature, name)
    else:
        action = ensure_action(scene, item, f"{name} visibility")
    changes = np.flatnonzero(np.diff(detected, prepend=~detected[:1]))
    channels = compat.own_channels(item, action)
    for path in _PROPERTIES:
        curve = compat.ensure_fcurve(channels, path, 0, "Visibility")
        interpolation = np.full(len(changes), CONSTANT, np.int32)
        write_keys(curve, first + changes, ~detected[changes], interpolation)
    take_over(item, action)


def _remove_keys(item: bpy.types.Object) -> None:
    """Show the object where keys of an earlier bake hid it."""
    channels = compat.assigned_channels(item) if is_ours(item) else None
    for path in _PROPERTIES if channels is not None else ():
        if remove_curves(channels, path):
            setattr(item, path, False)
