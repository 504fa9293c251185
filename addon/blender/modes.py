"""Leaving pose, edit and paint modes for a while: what they work on can be rebuilt in object mode only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import bpy

OBJECT = "OBJECT"


@contextmanager
def in_object_mode(scene: bpy.types.Scene, items: Iterable[bpy.types.Object]) -> Iterator[None]:
    """Take these objects out of their modes, keeping what was edited; afterwards they are back in them.

    The active object and the selection, that of bones included, are as before.
    """
    busy = [(item, item.mode) for item in items if item.mode != OBJECT]
    view_layer = _view_layer(scene, [item for item, _ in busy])
    if view_layer is None:
        yield
        return
    active = view_layer.objects.active
    selected = [item for item in view_layer.objects if item.select_get(view_layer=view_layer)]
    for item, _ in busy:
        _set_mode(scene, view_layer, item, OBJECT)
    try:
        yield
    finally:
        for item, mode in busy:
            if view_layer.objects.get(item.name) == item:  # it may have been removed
                _set_mode(scene, view_layer, item, mode)
        for item in view_layer.objects:
            if item.select_get(view_layer=view_layer) != (item in selected):
                item.select_set(item in selected, view_layer=view_layer)
        view_layer.objects.active = active


def _view_layer(scene: bpy.types.Scene, items: list[bpy.types.Object]) -> bpy.types.ViewLayer | None:
    """The view layer in which somebody works on these objects, or None."""
    shown = [window.view_layer for window in bpy.context.window_manager.windows if window.scene == scene]
    layers = [*shown, *scene.view_layers]
    return next((layer for layer in layers if any(layer.objects.get(item.name) == item for item in items)), None)


def _set_mode(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, item: bpy.types.Object, mode: str) -> None:
    """Bring one object into a mode: operators do it to the active object and to selected ones of its kind."""
    if item.mode == mode:
        return
    view_layer.objects.active = item
    override = {"scene": scene, "view_layer": view_layer, "active_object": item, "object": item}
    window = next((each for each in bpy.context.window_manager.windows if each.scene == scene), None)
    if window is not None:
        override["window"] = window
    with bpy.context.temp_override(**override):
        bpy.ops.object.mode_set(mode=mode)
