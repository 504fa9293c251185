"""Leaving pose, edit and paint modes for a while: what they work on can be rebuilt in object mode only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import bpy

OBJECT = "OBJECT"


@contextmanager
def in_object_mode(scene: bpy.types.Scene, items: Iterable[bpy.types.Object]) -> Iterator[None]:
    """Take these objects, and others with the same data, out of their modes; afterwards they are back in them.

    What was edited is kept. The active object and the selection, that of bones included, are as before, and what is
    hidden stays so.
    """
    busy = _busy(items)
    try:
        for item in busy:
            _set_mode(scene, item, OBJECT)
        yield
    finally:
        there = set(bpy.data.objects)
        for item, mode in busy.items():
            if item in there:  # it may have been removed
                with suppress(RuntimeError):  # there is nothing left that this mode works on
                    _set_mode(scene, item, mode)


def _busy(items: Iterable[bpy.types.Object]) -> dict[bpy.types.Object, str]:
    """Modes of the objects that are in one: of these, and of those whose data would be rebuilt with theirs."""
    data = {item.data for item in items if item.data is not None}
    return {item: item.mode for item in bpy.data.objects if item.mode != OBJECT and item.data in data}


def _set_mode(scene: bpy.types.Scene, item: bpy.types.Object, mode: str) -> None:
    """Bring one object into a mode, and no other: the operator does it to all that are selected or in edit mode."""
    if item.mode == mode:
        return
    if scene.objects.get(item.name) != item:
        scene = item.users_scene[0] if item.users_scene else scene
    window = next((each for each in bpy.context.window_manager.windows if each.scene == scene), None)
    view_layer = window.view_layer if window is not None else scene.view_layers[0]
    override = {"scene": scene, "view_layer": view_layer} | ({"window": window} if window is not None else {})
    with bpy.context.temp_override(**override), _shown(scene, view_layer, item), _as_before(view_layer, item):
        for other in _objects(view_layer):
            if other.select_get(view_layer=view_layer):
                other.select_set(False, view_layer=view_layer)
        _switch(view_layer, item, mode)


def _objects(view_layer: bpy.types.ViewLayer) -> list[bpy.types.Object]:
    """The objects of a view layer; of one that is out of date, Blender 5.2 lists None as well."""
    return [each for each in view_layer.objects if each is not None]


def _switch(view_layer: bpy.types.ViewLayer, item: bpy.types.Object, mode: str) -> None:
    view_layer.objects.active = item
    with bpy.context.temp_override(active_object=item, object=item):
        bpy.ops.object.mode_set(mode=mode)


@contextmanager
def _as_before(view_layer: bpy.types.ViewLayer, item: bpy.types.Object) -> Iterator[None]:
    """Afterwards the active object, the selection, and the modes of other objects are as they were."""
    active = view_layer.objects.active
    selected = {each for each in _objects(view_layer) if each.select_get(view_layer=view_layer)}
    modes = {each: each.mode for each in _objects(view_layer) if each != item and each.mode != OBJECT}
    try:
        yield
    finally:
        for other, mode in modes.items():
            if other.mode != mode:
                _switch(view_layer, other, mode)
        for each in _objects(view_layer):
            if each.select_get(view_layer=view_layer) != (each in selected):
                each.select_set(each in selected, view_layer=view_layer)
        view_layer.objects.active = active


@contextmanager
def _shown(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, item: bpy.types.Object) -> Iterator[None]:
    """Show an object for a while, in whatever way it is hidden: operators refuse what is not seen."""
    disabled, item.hide_viewport = item.hide_viewport, False
    was_there = view_layer.objects.get(item.name) == item
    hidden = was_there and item.hide_get(view_layer=view_layer)
    if hidden:
        item.hide_set(False, view_layer=view_layer)
    is_linked = not (was_there and item.visible_get(view_layer=view_layer))
    is_linked = is_linked and scene.collection.objects.get(item.name) != item
    if is_linked:  # its collections are hidden or excluded
        scene.collection.objects.link(item)
    try:
        yield
    finally:
        if is_linked:
            scene.collection.objects.unlink(item)
        if hidden:
            item.hide_set(True, view_layer=view_layer)
        item.hide_viewport = disabled
