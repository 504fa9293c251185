"""Pictures on disk as icons that panels can draw large."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import bpy

from . import jobs

_collection: Any = None
_shares: dict[str, float] = {}
_wanted: list[str] = []


class Picture(NamedTuple):
    """An icon: a square with the picture in its upper part, `share` of its height, and nothing below."""

    icon: int
    share: float


def find(path: str) -> Picture | None:
    """A picture file; None while it is not loaded, which happens soon: not while a panel is drawn."""
    if path in _shares:
        return Picture(_collection[path].icon_id, _shares[path])
    if path not in _wanted and os.path.isfile(path):
        _wanted.append(path)
        if not bpy.app.timers.is_registered(_load_wanted):
            bpy.app.timers.register(_load_wanted, persistent=True)
    return None


def load(path: str) -> None:
    """Make an icon of the whole picture: Blender's own loading of previews would leave 256 pixels of its width.

    A file that is no picture stays without one.
    """
    import numpy as np
    from bpy.utils import previews

    global _collection
    try:
        image = bpy.data.images.load(path)
    except RuntimeError:
        return
    width, height = image.size
    pixels = np.empty((height, width, 4), np.float32)
    image.pixels.foreach_get(pixels.ravel())
    bpy.data.images.remove(image)
    if not pixels.size or path in _shares:
        return
    side = max(width, height)
    left = (side - width) // 2
    square = np.zeros((side, side, 4), np.float32)
    square[side - height :, left : left + width] = pixels  # the lowest row comes first
    if _collection is None:
        _collection = previews.new()
    preview = _collection.new(path)
    preview.image_size = side, side
    preview.image_pixels_float.foreach_set(square.ravel())
    _shares[path] = height / side


def free() -> None:
    """Release all pictures."""
    global _collection
    _wanted.clear()
    _shares.clear()
    if bpy.app.timers.is_registered(_load_wanted):
        bpy.app.timers.unregister(_load_wanted)
    if _collection is not None:
        from bpy.utils import previews

        previews.remove(_collection)
        _collection = None


def _load_wanted() -> None:
    for path in _wanted:  # they stay in the list: what cannot be loaded is not tried at every redraw
        load(path)
    jobs.redraw()
