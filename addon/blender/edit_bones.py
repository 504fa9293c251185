"""Making bones: Blender offers that in edit mode only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from .scratch import scratch_scene


@contextmanager
def edit_bones(item: bpy.types.Object) -> Iterator[bpy.types.ArmatureEditBones]:
    """Edit bones of an armature that is in object mode."""
    hidden, item.hide_viewport = item.hide_viewport, False  # a hidden armature cannot be edited
    try:
        with scratch_scene("MoCap Armature", item) as scene:
            view_layer = scene.view_layers[0]
            with bpy.context.temp_override(scene=scene, view_layer=view_layer, active_object=item, object=item):
                bpy.ops.object.mode_set(mode="EDIT")
                try:
                    yield item.data.edit_bones
                finally:
                    bpy.ops.object.mode_set(mode="OBJECT")
    finally:
        item.hide_viewport = hidden
