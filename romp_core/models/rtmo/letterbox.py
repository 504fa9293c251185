"""The canvas that RTMO reads: the image in its upper left corner, as large as it fits (`spec/rtmo.md`, 3.1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...images.resize_linear import resize_linear
from ...typing import Array

FILL = 114


class Letterbox(NamedTuple):
    """A canvas and the way back: canvas (H, W, 3) uint8; `ratio` is its pixels per pixel of the image."""

    canvas: Array
    ratio: float


def fitted_size(image: tuple[int, ...], rows: int, columns: int) -> tuple[int, int, float]:
    """Rows and columns that an image of this shape takes on a canvas, at least one; and the ratio of sizes."""
    height, width = image[:2]
    ratio = min(rows / height, columns / width)
    return max(1, int(height * ratio)), max(1, int(width * ratio)), ratio


def letterbox(image: Array, rows: int, columns: int) -> Letterbox:
    """Fit an image (H, W, 3) uint8 into the upper left corner of a canvas (rows, columns, 3)."""
    height, width, ratio = fitted_size(image.shape, rows, columns)
    canvas = np.full((rows, columns, 3), FILL, np.uint8)
    canvas[:height, :width] = image if image.shape[:2] == (height, width) else resize_linear(image, width, height)
    return Letterbox(canvas, ratio)
