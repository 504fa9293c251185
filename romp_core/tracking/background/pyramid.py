"""A frame in small: one channel in a few sizes, each half of the one before."""

from __future__ import annotations

import numpy as np

from ...images.pixels import pixels_of
from ...typing import Array

LONGEST_PX = 480
"""About how long the longer side of the largest size is."""

LEVELS = 4
_GREEN = np.uint32(8)


def shrink_factor(width: int, height: int) -> int:
    """Pixels of the image along a pixel of the largest size."""
    return max(1, round(max(width, height) / LONGEST_PX))


def pyramid(image: Array) -> list[Array]:
    """Sizes of the green channel, largest first: (h, w) float32 each, levels of 0..255.

    Args:
        image: (H, W, 3) uint8. Pixel (x, y) of level l shows the square of `factor * 2 ** l` pixels from `(x, y) *
            factor * 2 ** l` on; that of an odd row or column left over is left out.
    """
    levels = [_shrunk(image, shrink_factor(image.shape[1], image.shape[0]))]
    while len(levels) < LEVELS and min(levels[-1].shape) >= 32:
        levels.append(_halved(levels[-1]))
    return levels


def _shrunk(image: Array, factor: int) -> Array:
    """The mean of up to 2 x 2 samples of each square of this many pixels."""
    pixels = pixels_of(image)
    rows, columns = (length // factor * factor for length in pixels.shape)
    samples = sorted({(factor - 1) // 2, factor // 2})
    total = np.zeros((rows // factor, columns // factor), np.float32)
    for row in samples:
        for column in samples:
            part = pixels[row:rows:factor, column:columns:factor]
            total += (part >> _GREEN).astype(np.uint8)
    return np.asarray(total / np.float32(len(samples) ** 2))


def _halved(level: Array) -> Array:
    rows, columns = (length // 2 * 2 for length in level.shape)
    total = level[0:rows:2, 0:columns:2] + level[1:rows:2, 0:columns:2]
    total += level[0:rows:2, 1:columns:2]
    total += level[1:rows:2, 1:columns:2]
    total *= np.float32(0.25)
    return np.asarray(total)
