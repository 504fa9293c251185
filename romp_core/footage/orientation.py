"""How a stored image is turned and mirrored to be shown, from display matrices and EXIF."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..typing import Array


class Orientation(NamedTuple):
    """Turn clockwise by `rotation` degrees (0, 90, 180 or 270), then, if `mirrored`, swap left and right."""

    rotation: int = 0
    mirrored: bool = False

    def show(self, pixels: Array) -> Array:
        """Stored pixels (H, W) as they are shown, in memory row by row."""
        if self == Orientation():
            return pixels
        turned = np.rot90(pixels, -(self.rotation // 90))
        return np.ascontiguousarray(turned[:, ::-1] if self.mirrored else turned)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height as shown, of those stored."""
        return (height, width) if self.rotation % 180 else (width, height)


def of_matrix(a: float, b: float, c: float, d: float) -> Orientation:
    """Orientation of a display matrix: a stored position (x, y) is shown at (a x + c y, b x + d y), y down.

    ISO 14496-12, 6.2.2. Angles between multiples of 90 degrees count as the nearest of these.
    """
    mirrored = a * d - b * c < 0
    # The mirror comes last, so it has swapped the sign of what the rotation made of the x axis.
    angle = math.degrees(math.atan2(b, -a if mirrored else a))
    return Orientation(round(angle / 90) % 4 * 90, mirrored)


OF_EXIF = {
    1: Orientation(),
    2: Orientation(0, True),
    3: Orientation(180),
    4: Orientation(180, True),
    5: Orientation(90, True),
    6: Orientation(90),
    7: Orientation(270, True),
    8: Orientation(270),
}
"""Orientation by EXIF's number (EXIF 2.32, 4.6.4 A, tag 0x0112)."""
