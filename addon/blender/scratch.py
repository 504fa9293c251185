"""A scene of our own for a while: the user's scene, selection and visibility play no part in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy


@contextmanager
def scratch_scene(name: str, *items: bpy.types.Object) -> Iterator[bpy.types.Scene]:
    """A new scene with these objects, the first one active; it is removed again."""
    scene = bpy.data.scenes.new(name)
    for item in items:
        scene.collection.objects.link(item)
    if items:
        scene.view_layers[0].objects.active = items[0]
    try:
        yield scene
    finally:
        windows = bpy.context.window_manager.windows
        with bpy.context.temp_override(window=bpy.context.window or (windows[0] if windows else None)):
            bpy.data.scenes.remove(scene)  # Blender 4.2 crashes when no window is at hand
