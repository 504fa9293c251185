"""Whether the user changed by hand what bakes wrote."""

from __future__ import annotations

import bpy

from ..blender import compat, scene_index
from . import hand_edits
from .action import baked_curves, own_action
from .bones import bone_names
from .camera import CURVES
from .face import has_edited_face
from .visibility import has_edited_visibility


def has_hand_edits(scene: bpy.types.Scene, item: bpy.types.Object) -> bool:
    """True when the user changed keys that the latest bake wrote for this armature and its body, or this camera."""
    from romp_core.geometry.skeleton import JOINTS

    if item[scene_index.ROLE] == scene_index.ARMATURE:
        body = scene_index.body_of(scene, item)
        parts = [item, *([body] if body is not None and not scene_index.library_of(body) else [])]
        if any(has_edited_visibility(scene, item, part) for part in parts):
            return True
        if any(has_edited_face(scene, part) for part in parts[1:]):
            return True
        if not set(JOINTS) <= set(bone_names(item.data)):
            return False
        curves = baked_curves(item)
    else:
        curves = CURVES
    action = own_action(scene, item)
    return action is not None and hand_edits.is_edited(action, compat.found_channels(item, action), curves)
