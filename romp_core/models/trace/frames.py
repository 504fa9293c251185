"""Pictures as TRACE wants them."""

from __future__ import annotations

from ...rotations import Array
from ..maps.square import Padding, to_square

_WHITE = 255


def square(image: Array) -> tuple[Array, Padding]:
    """(H, W, 3) uint8 RGB in the middle of a white square, resized to (512, 512, 3); and where it lies there."""
    return to_square(image, fill=_WHITE)
