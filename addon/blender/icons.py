"""Image files as icons that panels can draw large."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import bpy

from .redraw import redraw_sidebars

if TYPE_CHECKING:
    from romp_core.typing import Array

_LARGEST_PX = 640
_collection: Any = None
_shares: dict[str, float] = {}
_requested: list[str] = []


class Icon(NamedTuple):
    """A square with the image in its upper part, `share` of its height, and nothing below."""

    icon: int
    share: float


def find(path: str) -> Icon | None:
    """The icon of an image file; None while it is not loaded, which happens soon: not while a panel is drawn."""
    if path in _shares:
        return Icon(_collection[path].icon_id, _shares[path])
    if path not in _requested and os.path.isfile(path):
        _requested.append(path)
        if not bpy.app.timers.is_registered(_load_requested):
            bpy.app.timers.register(_load_requested, persistent=True)
    return None


def load(path: str) -> None:
    """Make an icon of the whole image, once: Blender's own loading of previews would leave 256 pixels of its width.

    A file that is no image stays without one.
    """
    from bpy.utils import previews

    global _collection
    if path in _shares:
        return
    pixels = _decode(path)
    if pixels is None:
        return
    height, width = pixels.shape[:2]
    padded = _padded(pixels)
    if _collection is None:
        _collection = previews.new()
    preview = _collection.new(path)
    preview.image_size = padded.shape[:2]
    preview.image_pixels_float.foreach_set(padded.ravel())
    _shares[path] = height / max(width, height)


def show_array(name: str, image: Array) -> tuple[int, int]:
    """Let an icon of this name show an image (height, width, 3) uint8 RGB; its width and height."""
    import numpy as np
    from bpy.utils import previews

    global _collection
    height, width = image.shape[:2]
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = image[::-1] / np.float32(255)
    padded = _padded(pixels)
    if _collection is None:
        _collection = previews.new()
    preview = _collection[name] if name in _collection else _collection.new(name)
    preview.image_size = padded.shape[:2]
    preview.image_pixels_float.foreach_set(padded.ravel())
    _shares[name] = height / max(width, height)
    return width, height


def free() -> None:
    """Release all icons."""
    global _collection
    _requested.clear()
    _shares.clear()
    if bpy.app.timers.is_registered(_load_requested):
        bpy.app.timers.unregister(_load_requested)
    if _collection is not None:
        from bpy.utils import previews

        previews.remove(_collection)
        _collection = None


def _decode(path: str) -> Array | None:
    """Pixels (height, width, 4) float32, the lowest row first, of a video those of its first frame; large ones are
    reduced. None for a file that is neither."""
    import numpy as np

    try:
        image = bpy.data.images.load(path)
    except RuntimeError:
        return None
    width, height = image.size
    pixels = np.empty((height, width, 4), np.float32)
    image.pixels.foreach_get(pixels.ravel())
    bpy.data.images.remove(image)
    step = -(-max(width, height) // _LARGEST_PX)
    return pixels[::step, ::step] if pixels.size else None


def _padded(pixels: Array) -> Array:
    """The image at the top center of a transparent square."""
    import numpy as np

    height, width = pixels.shape[:2]
    side = max(width, height)
    left = (side - width) // 2
    padded = np.zeros((side, side, 4), np.float32)
    padded[side - height :, left : left + width] = pixels
    return padded


def _load_requested() -> None:
    for path in _requested:  # they stay in the list: what cannot be loaded is not tried at every redraw
        load(path)
    redraw_sidebars()
