"""Images as TRACE reads them."""

from __future__ import annotations

from ...typing import Array
from ..common.square_image import Padding, to_square

_WHITE = 255


def square(image: Array) -> tuple[Array, Padding]:
    """(H, W, 3) uint8 RGB in the middle of a white square, resized to (512, 512, 3); and where it is there."""
    return to_square(image, fill=_WHITE)
