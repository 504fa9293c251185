"""The one place that knows how Blender's action API differs between 4.2 and 5.x.

4.2 and 4.3: f-curves lie in the action. 4.4 on: in a channel bag per slot. 5.0 on: `Action.fcurves` is gone.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import bpy

_SLOT = "romp_mocap_slot"
"""Property of what is animated: handle of its slot, to find it after a rename while another action is assigned."""


def has_slots() -> bool:
    """True where one action can animate several objects, each through its own slot (4.4 on)."""
    return "slots" in bpy.types.Action.bl_rna.properties


def own_channels(datablock: bpy.types.ID, action: bpy.types.Action) -> Any:
    """Holder (`.fcurves`) of the datablock's f-curves in this action, made when missing; nothing is assigned.

    On 4.2 and 4.3 that is the action itself, shared by all objects that use it.
    """
    return channels_of(action, _own_slot(datablock, action)) if has_slots() else action


def assign_action(datablock: bpy.types.ID, action: bpy.types.Action) -> None:
    """Let the action animate the datablock; the slot is chosen by us, never left to Blender's automatic choice."""
    animation = datablock.animation_data or datablock.animation_data_create()
    slot = _own_slot(datablock, action) if has_slots() else None
    if animation.action != action:
        animation.action = action
    if slot is not None and animation.action_slot != slot:
        animation.action_slot = slot


def _own_slot(datablock: bpy.types.ID, action: bpy.types.Action) -> Any:
    slot = _found_slot(datablock, action) or action.slots.new(id_type=datablock.id_type, name=datablock.name)
    if datablock.get(_SLOT) != slot.handle:
        datablock[_SLOT] = slot.handle
    return slot


def _found_slot(datablock: bpy.types.ID, action: bpy.types.Action) -> Any | None:
    """The slot by which this action moves, or moved, the datablock."""
    animation = datablock.animation_data
    if animation is not None and animation.action == action and animation.action_slot is not None:
        return animation.action_slot
    used = (strip.action_slot for strip in strips_of(datablock) if strip.action == action and strip.action_slot)
    noted = (slot for slot in action.slots if slot.handle == datablock.get(_SLOT))
    named = (slot for slot in action.slots if slot.name_display == datablock.name)
    return next(chain(used, noted, named), None)


def found_channels(datablock: bpy.types.ID, action: bpy.types.Action) -> Any | None:
    """Holder of the datablock's f-curves in this action, or None; nothing is made."""
    if not has_slots():
        return action
    slot = _found_slot(datablock, action)
    if slot is None or not action.layers or not action.layers[0].strips:
        return None
    return action.layers[0].strips[0].channelbag(slot)


def strips_of(datablock: bpy.types.ID) -> list[bpy.types.NlaStrip]:
    """All strips of actions in the datablock's NLA tracks."""
    animation = datablock.animation_data
    return [strip for track in animation.nla_tracks for strip in track.strips] if animation is not None else []


def actions_of(datablock: bpy.types.ID) -> list[bpy.types.Action]:
    """The actions that move the datablock: the assigned one, and those of its strips."""
    animation = datablock.animation_data
    assigned = [animation.action] if animation is not None else []
    return [action for action in (*assigned, *(strip.action for strip in strips_of(datablock))) if action is not None]


def fit_strips(datablock: bpy.types.ID, action: bpy.types.Action, covered: tuple[float, ...]) -> None:
    """Let strips that showed the whole action, from `covered[0]` to `covered[1]`, show the whole of it again."""
    now = tuple(action.frame_range)
    for strip in strips_of(datablock):
        if strip.action == action and (strip.action_frame_start, strip.action_frame_end) == covered != now:
            strip.action_frame_start, strip.action_frame_end = now


def channels_of(action: bpy.types.Action, slot: Any) -> Any:
    """Channel bag of a slot in the action's first layer; layer, strip and bag are made when missing."""
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def assigned_channels(datablock: bpy.types.ID) -> Any | None:
    """Holder of the f-curves that animate the datablock now, or None."""
    animation = datablock.animation_data
    return found_channels(datablock, animation.action) if animation is not None and animation.action else None


def ensure_fcurve(channels: Any, path: str, index: int, group: str) -> bpy.types.FCurve:
    """The f-curve of this property, made when missing."""
    curve = channels.fcurves.find(path, index=index)
    if curve is not None:
        return curve
    if not isinstance(channels, bpy.types.Action):
        curve = channels.fcurves.new(path, index=index)
        curve.group = channels.groups.get(group) or channels.groups.new(group)
        return curve
    return channels.fcurves.new(path, index=index, action_group=group)


def is_selected(bone: bpy.types.PoseBone) -> bool:
    """Whether a bone is selected in Pose Mode; before 5.0 the armature's bone knows."""
    return bool(bone.select if hasattr(bone, "select") else bone.bone.select)


def rename_slot(datablock: bpy.types.ID) -> None:
    """Let the slot carry the datablock's name again after a rename: slots are found by it."""
    animation = datablock.animation_data
    slot = getattr(animation, "action_slot", None) if animation else None
    if slot is not None:
        slot.name_display = datablock.name
