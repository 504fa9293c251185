"""What every kind of footage offers to the reader: a forward-only row of pictures."""

from __future__ import annotations

from typing import Protocol

from ..typing import Array

LONGEST_SIDE = 1920
"""Larger pictures are scaled down while they are read: networks look at crops of at most 512 pixels, and frames wait in
memory."""


class PictureSource(Protocol):
    """Pictures in the order of presentation.

    Attributes:
        width, height: size of the pictures as they are handed out: upright, and not larger than `LONGEST_SIDE`.
        fps: mean frame rate, 0 for a single still.
        count: number of pictures the source claims to have, 0 when it does not say.
        fov: horizontal field of view in radians from metadata, or None.
        clockwise: degrees by which stored pictures are turned to be handed out upright.
    """

    width: int
    height: int
    fps: float
    count: int
    fov: float | None
    clockwise: int

    def grab(self) -> float | None:
        """Move to the next picture; its presentation time in seconds, or None at the end."""
        ...

    def picture(self) -> Array | None:
        """The grabbed picture, (height, width, 3) uint8 RGB (possibly a view), or None when it is damaged."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...
