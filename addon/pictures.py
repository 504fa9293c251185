"""Pictures on disk as icons that panels can draw large."""

from __future__ import annotations

import os
from typing import Any

import bpy

from . import jobs

_pictures: Any = None
_wanted: list[str] = []


def icon(path: str) -> int:
    """Icon of a picture file; 0 while it is not loaded, which happens soon if it can be: not while a panel is drawn."""
    if _pictures is not None and path in _pictures:
        return int(_pictures[path].icon_id)
    if path not in _wanted and os.path.isfile(path):
        _wanted.append(path)
        if not bpy.app.timers.is_registered(_load_wanted):
            bpy.app.timers.register(_load_wanted, persistent=True)
    return 0


def load(path: str) -> None:
    """Make an icon of the whole picture: Blender's own loading of previews would leave 256 pixels of its width.

    A file that is no picture stays without one.
    """
    import numpy as np
    from bpy.utils import previews

    global _pictures
    if _pictures is None:
        _pictures = previews.new()
    try:
        image = bpy.data.images.load(path)
    except RuntimeError:
        return
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    if len(pixels) and path not in _pictures:
        preview = _pictures.new(path)
        preview.image_size = image.size
        preview.image_pixels_float.foreach_set(pixels)
    bpy.data.images.remove(image)


def free() -> None:
    """Release all pictures."""
    global _pictures
    _wanted.clear()
    if bpy.app.timers.is_registered(_load_wanted):
        bpy.app.timers.unregister(_load_wanted)
    if _pictures is not None:
        from bpy.utils import previews

        previews.remove(_pictures)
        _pictures = None


def _load_wanted() -> None:
    for path in _wanted:  # they stay in the list: what cannot be loaded is not tried at every redraw
        if _pictures is None or path not in _pictures:
            load(path)
    jobs.redraw()
