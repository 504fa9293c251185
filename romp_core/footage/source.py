"""What every kind of footage offers to the reader: a forward-only sequence of frames."""

from __future__ import annotations

from typing import Protocol

from ..typing import Array

LONGEST_SIDE = 1920
"""Larger images are scaled down when they are read: networks see crops of at most 512 pixels, frames take memory."""


class FrameSource(Protocol):
    """Frames in the order of presentation.

    Attributes:
        width, height: size of the images in pixels, as handed out: upright, and not larger than `LONGEST_SIDE`.
        fps: mean frame rate, 0 for a single still.
        count: number of frames that the source claims to have, 0 when it does not say.
        fov: horizontal field of view in radians from metadata, or None.
        clockwise: degrees by which stored images are turned to stand upright.
    """

    width: int
    height: int
    fps: float
    count: int
    fov: float | None
    clockwise: int

    def grab(self) -> float | None:
        """Move to the next frame; its presentation time in seconds, or None at the end."""
        ...

    def image(self) -> Array | None:
        """The image of the grabbed frame, (height, width, 3) uint8 RGB (possibly a view); None when it is damaged."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...
