"""Noting what something is like, to bring it back later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import bpy

from ..blender import compat

if TYPE_CHECKING:
    from romp_core.typing import Array

Restore = Callable[[], None]

_OF_OBJECT = "data", "parent", "hide_viewport", "hide_render", "rotation_mode", "rotation_quaternion", "location"
_OURS = "romp_mocap_"


def of_object(item: bpy.types.Object) -> Iterator[Restore]:
    """What brings back an object, its mesh, and what moves it."""
    yield of_attributes(item, _OF_OBJECT)
    yield _own_properties(item)
    yield _modifiers(item)
    yield _animation(item)
    yield _pose(item)
    if item.type == "MESH":
        yield _vertices(item)
        if item.data.shape_keys is not None:
            yield _animation(item.data.shape_keys)


def of_attributes(owner: Any, names: Iterable[str]) -> Restore:
    """What brings back these attributes."""
    before = {name: getattr(owner, name) for name in names}
    before = {name: value.copy() if hasattr(value, "freeze") else value for name, value in before.items()}

    def restore() -> None:
        for name, value in before.items():
            if getattr(owner, name) != value:
                setattr(owner, name, value)

    return restore


def _own_properties(item: bpy.types.Object) -> Restore:
    before = {name: item[name] for name in tuple(item.keys()) if name.startswith(_OURS)}

    def restore() -> None:
        for name in tuple(item.keys()):
            if name.startswith(_OURS) and name not in before:
                del item[name]
        for name, value in before.items():
            item[name] = value

    return restore


def _modifiers(item: bpy.types.Object) -> Restore:
    before = {modifier.name: getattr(modifier, "object", None) for modifier in item.modifiers}

    def restore() -> None:
        for modifier in [each for each in item.modifiers if each.name not in before]:
            item.modifiers.remove(modifier)
        for name, target in before.items():
            if target is not None:
                item.modifiers[name].object = target

    return restore


def _animation(item: bpy.types.ID) -> Restore:
    """The assigned action, its slot, and the part of their actions that strips show."""
    animation = item.animation_data
    assigned = (animation.action, getattr(animation, "action_slot", None)) if animation is not None else (None, None)
    strips = [(strip, strip.action_frame_start, strip.action_frame_end) for strip in compat.strips_of(item)]

    def restore() -> None:
        if item.animation_data is not None:
            item.animation_data.action = assigned[0]
            if assigned[1] is not None:
                item.animation_data.action_slot = assigned[1]
        for strip, first, last in strips:
            strip.action_frame_start, strip.action_frame_end = first, last

    return restore


def _pose(item: bpy.types.Object) -> Restore:
    before = {bone.name: bone.rotation_mode for bone in item.pose.bones} if item.pose is not None else {}

    def restore() -> None:
        for name, mode in before.items():
            if name in item.pose.bones:
                item.pose.bones[name].rotation_mode = mode

    return restore


def _vertices(item: bpy.types.Object) -> Restore:
    """The shape of a mesh and of its shape keys, and which keys there are."""
    mesh = item.data
    before = {key.name: _positions(key.data) for key in _shape_keys(mesh)}
    points = _positions(mesh.vertices)

    def restore() -> None:
        mesh.vertices.foreach_set("co", points)
        for key in _shape_keys(mesh):
            if key.name in before:
                key.data.foreach_set("co", before[key.name])
            else:
                item.shape_key_remove(key)
        mesh.update()

    return restore


def _shape_keys(mesh: bpy.types.Mesh) -> list[bpy.types.ShapeKey]:
    return list(mesh.shape_keys.key_blocks) if mesh.shape_keys is not None else []


def _positions(points: Any) -> Array:
    import numpy as np

    positions = np.empty(3 * len(points), np.float32)
    points.foreach_get("co", positions)
    return positions


def of_pointers(scene: bpy.types.Scene) -> Restore:
    """What brings back the scene's pointers to what was made."""
    made = scene.romp_mocap.made
    before = [(each.name, each.item, each.collection, each.action, each.face) for each in made]

    def restore() -> None:
        made.clear()
        for name, *pointers in before:
            each = made.add()
            each.name = name
            each.item, each.collection, each.action, each.face = pointers

    return restore
