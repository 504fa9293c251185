"""Bilinear resizing to the bit as OpenCV does it, for networks whose decisions hang on thresholds."""

from __future__ import annotations

import numpy as np

from ..typing import Array

_UNIT = 2048
"""Weights are rounded to this part."""


def resize_linear(image: Array, width: int, height: int) -> Array:
    """Resample a whole image between its two nearest rows and columns, without smoothing when it gets smaller.

    Args:
        image: (H, W, 3) uint8.

    Returns:
        (height, width, 3) uint8. Exactly half the size is the mean of four pixels.
    """
    rows, columns = image.shape[:2]
    if (rows, columns) == (2 * height, 2 * width):
        quads = image.reshape(height, 2, width, 2, 3).astype(np.uint16)
        return np.asarray((quads.sum(axis=(1, 3), dtype=np.uint16) + 2) >> 2, np.uint8)
    left, right, at = _taps(columns, width)
    # Along a row the border counts fully; rows are mixed even with themselves, which rounds in another way.
    across = _weights(np.where(left == right, np.float32(0), at - np.floor(at)))
    above, below, at = _taps(rows, height)
    down = _weights(at - np.floor(at))
    used, which = np.unique(np.concatenate([above, below]), return_inverse=True)
    source = image[used]
    wide = source[:, left] * across[0, :, None]
    wide += source[:, right] * across[1, :, None]
    wide >>= 4
    upper, lower = wide[which[:height]], wide[which[height:]]
    upper *= down[0, :, None, None]
    lower *= down[1, :, None, None]
    upper >>= 16
    lower >>= 16
    upper += lower
    upper += 2
    upper >>= 2
    return upper.astype(np.uint8)


def _taps(source: int, target: int) -> tuple[Array, Array, Array]:
    """Nearest two source pixels of each target pixel (target,), and where between them it is, float32."""
    at = ((np.arange(target) + 0.5) * (1 / (target / source)) - 0.5).astype(np.float32)
    first = np.floor(at).astype(np.intp)
    return np.clip(first, 0, source - 1), np.clip(first + 1, 0, source - 1), at


def _weights(share: Array) -> Array:
    """Of the first and the second pixel, (2, n) int32."""
    return np.rint(np.stack([1 - share, share]) * np.float32(_UNIT)).astype(np.int32)
