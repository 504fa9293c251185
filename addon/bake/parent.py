"""The empty of a take: characters and camera hang on it, so that moving it moves the whole take.

It is made where the origin of the take is, so hanging on it changes nothing. What the user took off it, or hung on
something else, stays so.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..blender import scene_index
from ..blender.units import units_per_meter

_SIZE_M = 0.5


def ensure_parent(scene: bpy.types.Scene, take_id: str, name: str) -> tuple[bpy.types.Object, bool]:
    """The empty of a take, and whether it is new.

    One that the user deleted is that one again, but in no collection yet: what hangs on it has stayed where it was.
    """
    item = scene_index.find_object(scene, take_id, scene_index.PARENT)
    item = item or scene_index.deleted_object(scene, take_id, scene_index.PARENT)
    if item is not None:
        scene_index.keep(scene, item)
        return item, False
    item = bpy.data.objects.new(name, None)
    item.empty_display_type, item.empty_display_size = "PLAIN_AXES", _SIZE_M * units_per_meter(scene)
    scene_index.mark(item, take_id, scene_index.PARENT)
    scene_index.keep(scene, item)
    return item, True


def hang(scene: bpy.types.Scene, parent: bpy.types.Object, items: Iterable[bpy.types.Object]) -> None:
    """Let objects of the take hang on its empty, where they hang on nothing."""
    for item in items:
        if item.parent is None and not scene_index.library_of(item):
            item.parent = parent
