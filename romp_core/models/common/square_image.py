"""The square image that the networks read, and the way back to the pixels of the footage."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...images.ops import resize_cubic
from ...images.pixels import image_of, pixels_of
from ...typing import Array

SIZE = 512
"""Side of the square in pixels."""


class Padding(NamedTuple):
    """Where an image of `height` x `width` pixels is in the square around it, all in pixels."""

    top: float
    bottom: float
    left: float
    right: float
    height: float
    width: float

    @property
    def side(self) -> float:
        """Side of the square."""
        return max(self.height, self.width)


def padding(height: int, width: int) -> Padding:
    """The square around a centered image; an odd pixel is added below or on the right."""
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return Padding(top, top + height, left, left + width, height, width)


def to_square(image: Array, fill: int = 0) -> tuple[Array, Padding]:
    """Pad an image to a square and resize that.

    Args:
        image: (H, W, 3) uint8 RGB.
        fill: what is around the image: 0 for black, 255 for white.

    Returns:
        (512, 512, 3) uint8 RGB, and where the image is in the unresized square.
    """
    height, width = image.shape[:2]
    pad = padding(height, width)
    if height == width:
        return resize_cubic(image, SIZE, SIZE), pad
    padded = np.full((max(height, width),) * 2, fill * 0x010101, dtype=np.uint32)
    padded[int(pad.top) : int(pad.bottom), int(pad.left) : int(pad.right)] = pixels_of(image)
    return resize_cubic(image_of(padded), SIZE, SIZE), pad


def to_image(points: Array, pad: Padding) -> Array:
    """Points of the square, -1..1, in pixels of the image.

    Args:
        points: (..., 2) x, y; or (..., 3), whose third component is scaled like the others and means nothing.

    Returns:
        the same shape, pixels of the upright image.
    """
    offset = np.array([pad.left, pad.top, 0.0], dtype=np.float32)[: points.shape[-1]]
    return (points + 1) * np.float32(pad.side / 2) - offset
