"""Decoded frames as images: square pixels, upright, all of one size."""

from __future__ import annotations

import struct
from typing import Any

import av
import numpy as np
from av.sidedata.sidedata import SideDataContainer
from av.video.reformatter import VideoReformatter

from ..images.ops import longest_side_scale
from ..images.pixels import image_of
from ..typing import Array
from .orientation import Orientation, of_matrix
from .source import LONGEST_SIDE

_SAME_SHAPE = 0.02
"""Shapes (width over height) that differ by less than this fraction are one, cropped to whole blocks."""


class Converter:
    """Makes images of the frames of a stream; the first frame decides the size.

    Attributes:
        size: width and height of the images. orientation, sample_aspect: of the first frame.
    """

    def __init__(self, frame: Any, stream: Any) -> None:
        self._stream = stream
        self._reformatter = VideoReformatter()
        self._stored = frame.width, frame.height
        self.orientation = orientation_of(frame)
        self.sample_aspect = _aspect(stream.sample_aspect_ratio) or 1.0
        width, height = frame.width * self.sample_aspect, float(frame.height)
        scale = longest_side_scale(width, height, LONGEST_SIDE)
        self._shown = self.orientation.size(*_whole(width * scale, height * scale))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the images in pixels."""
        return self._shown

    def image(self, frame: Any) -> Array | None:
        """The image (H, W, 3) uint8 RGB of a frame; None when it cannot be converted.

        A frame of another size than the first is scaled to it; one of another shape is fitted in, with black around.
        """
        orientation = orientation_of(frame)
        width, height = self._fitted(frame, orientation)
        try:
            pixels = rgb_pixels(frame, *orientation.size(width, height), self._reformatter)
        except (av.error.FFmpegError, ValueError):
            return None
        pixels = orientation.show(pixels)
        columns, rows = self._shown
        if (width, height) != (columns, rows):
            canvas = np.zeros((rows, columns), dtype=np.uint32)
            top, left = (rows - height) // 2, (columns - width) // 2
            canvas[top : top + height, left : left + width] = pixels
            pixels = canvas
        return image_of(pixels)

    def _fitted(self, frame: Any, orientation: Orientation) -> tuple[int, int]:
        """Width and height of a frame in the image."""
        if (frame.width, frame.height) == self._stored and orientation == self.orientation:
            return self._shown
        # A stream may state the shape of its pixels anew. Where only the container states one that is not square, that
        # was meant for the first size: then the shape on screen stays.
        aspect = _aspect(self._stream.codec_context.sample_aspect_ratio) or (1.0 if self.sample_aspect == 1 else None)
        if aspect is None and orientation == self.orientation:
            return self._shown
        width, height = orientation.size(*_whole(frame.width * (aspect or 1.0), frame.height))
        columns, rows = self._shown
        if abs(width / height / (columns / rows) - 1) < _SAME_SHAPE:
            return self._shown
        scale = min(columns / width, rows / height)
        return _whole(width * scale, height * scale)


def orientation_of(frame: Any) -> Orientation:
    """How a decoded frame is turned to be shown: by the display matrix that the container or the codec gives it."""
    try:
        # Not `frame.side_data`: frame and side data would keep each other until Python looks for such circles.
        matrix = SideDataContainer(frame).get("DISPLAYMATRIX")  # type: ignore[call-arg]  # the stub leaves it out
    except ValueError:  # some other side data has a type that PyAV has no name for
        return Orientation(-frame.rotation % 360)
    if matrix is None:
        return Orientation()
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
    return of_matrix(a, b, c, d)


def rgb_pixels(frame: Any, width: int, height: int, reformatter: VideoReformatter | None = None) -> Array:
    """A decoded frame, scaled, as pixels (height, width) uint32, see `images.pixels`; rows may have gaps between them.

    Args:
        reformatter: one for all frames of a stream saves time.
    """
    scaler = reformatter or VideoReformatter()
    plane: Any = scaler.reformat(frame, width, height, "rgba", interpolation="BILINEAR", threads=1).planes[0]
    memory = np.frombuffer(plane, dtype=np.uint32, count=height * plane.line_size // 4)  # the plane's own, no copy
    return memory.reshape(height, -1)[:, :width]


def _aspect(ratio: Any) -> float | None:
    """A sample aspect ratio as a number; None when unknown or absurd."""
    value = float(ratio) if ratio else 0.0
    return value if 0.1 < value < 10 else None


def _whole(width: float, height: float) -> tuple[int, int]:
    return max(1, round(width)), max(1, round(height))
