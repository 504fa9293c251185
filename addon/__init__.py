"""ROMP MoCap: turn a video into moving characters."""

from __future__ import annotations

import bpy

from . import jobs, operators, panels, pictures, properties

_classes = (*properties.classes, *operators.classes, *panels.classes)


def register() -> None:
    """Called by Blender when the extension is enabled."""
    for cls in _classes:
        bpy.utils.register_class(cls)
    bpy.types.Scene.mocap = bpy.props.PointerProperty(type=properties.MOCAP_PG_scene)


def unregister() -> None:
    """Called by Blender when the extension is disabled; a running job ends."""
    jobs.stop()
    pictures.free()
    del bpy.types.Scene.mocap
    for cls in reversed(_classes):
        bpy.utils.unregister_class(cls)
