"""What every kind of footage offers to the reader: frames in order, forward only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from ..typing import Array
from .orientation import Orientation

LONGEST_SIDE = 1920
"""Larger images are scaled down when they are read: networks see crops of at most 512 pixels, frames take memory."""


class SourceFrame(NamedTuple):
    """One presented frame.

    Attributes:
        number: in the file, from 0; numbers of damaged frames are skipped.
        time: presentation time in seconds from the first frame of the file.
        image: makes the image, (height, width, 3) uint8 RGB, see `images.pixels`; None when it is damaged.
    """

    number: int
    time: float
    image: Callable[[], Array | None]


class FrameSource(Protocol):
    """Frames in the order of presentation.

    Attributes:
        width, height: size of the images in pixels, as handed out: upright, with square pixels, and not larger than
            `LONGEST_SIDE`.
        fps: nominal frame rate, 0 for a single still.
        length: seconds from the first frame to the end of the last one as far as the file says, else 0.
        count: about how many frames there are, 0 when the file does not say.
        fov: horizontal field of view in radians from metadata, or None.
        orientation: how stored images are turned to stand upright.
        sample_aspect: width of a stored pixel over its height.
        remark: what the user should know about the choice of files, and, once all was read, about its end; or empty.
    """

    width: int
    height: int
    fps: float
    length: float
    count: int
    fov: float | None
    orientation: Orientation
    sample_aspect: float
    remark: str

    def frames(self) -> Iterator[SourceFrame]:
        """The frames, once."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...
