"""Decoding with PyAV, for systems without OpenCV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from ..images.ops import longest_side_scale, turn
from ..typing import Array
from .metadata import fov_from_focal35, quicktime_focal35
from .source import LONGEST_SIDE


class PyAVVideo:
    """A video file as a `FrameSource`. Raises ValueError when it has no video track that can be decoded."""

    def __init__(self, path: Path) -> None:
        try:
            self._container = av.open(str(path))
        except (av.error.FFmpegError, OSError) as error:
            raise ValueError("no decodable video track") from error
        if not self._container.streams.video:
            self.close()
            raise ValueError("no decodable video track")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._frames = self._decode()
        # The display matrix comes with the first decoded frame.
        self._waiting = next(self._frames, None)
        if self._waiting is None:
            self.close()
            raise ValueError("no decodable video track")
        self._frame = self._waiting
        self.clockwise = -self._frame.rotation % 360
        scale = longest_side_scale(self._frame.width, self._frame.height, LONGEST_SIDE)
        self._stored = round(self._frame.width * scale), round(self._frame.height * scale)
        self.width, self.height = self._stored[::-1] if self.clockwise % 180 else self._stored
        self.fps = float(self._stream.average_rate or 0)
        self.count = self._stream.frames or self._estimated_count()
        self.fov = fov_from_focal35(quicktime_focal35(path), self.width, self.height)

    def _estimated_count(self) -> int:
        duration = self._container.duration  # microseconds
        return round(duration * 1e-6 * self.fps) if duration else 0

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Decoded frames; damaged packets are skipped, a file cut short just ends."""
        try:
            for packet in self._container.demux(self._stream):
                try:
                    yield from packet.decode()
                except av.error.InvalidDataError:
                    continue
        except av.error.FFmpegError:
            return

    def grab(self) -> float | None:
        frame = self._waiting or next(self._frames, None)
        self._waiting = None
        if frame is None:
            return None
        self._frame = frame
        return float(frame.time) if frame.time is not None else 0.0

    def image(self) -> Array | None:
        return turn(_as_rgb(self._frame, *self._stored), self.clockwise)

    def close(self) -> None:
        self._container.close()


def read_still(path: Path) -> Array | None:
    """An image file as stored (EXIF orientation not applied), (H, W, 3) RGB; None when it cannot be decoded."""
    try:
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
            scale = longest_side_scale(frame.width, frame.height, LONGEST_SIDE)
            return _as_rgb(frame, round(frame.width * scale), round(frame.height * scale))
    except (av.error.FFmpegError, OSError, IndexError, StopIteration):
        return None


def _as_rgb(frame: av.VideoFrame, width: int, height: int) -> Array:
    return np.asarray(frame.reformat(width=width, height=height, format="rgb24").to_ndarray())
