"""A video file as a `FrameSource`: what is presented, when, and how it is shown. Decoded with PyAV (FFmpeg)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import av

from . import problems
from .clock import FrameNumbers, PresentationClock
from .container import Unreadable, codec_name, open_container, video_stream
from .converter import Converter
from .metadata import fov_from_focal35, quicktime_focal35
from .packets import Lookahead, is_presented
from .rate import nominal_fps
from .source import SourceFrame

_FALLBACK_FPS = 30.0
_MOST_FAILURES = 1000
"""After so many packets without a single frame, a file cannot be decoded."""

_MISSING_S, _MISSING_SHARE = 0.5, 0.05
"""Footage that ends earlier than its header says by more than both of these is taken for cut short."""


class Video:
    """A video file as a `FrameSource`. Raises Unreadable when it has no video that can be decoded."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            self._open(path)
        except BaseException:
            self.close()
            raise

    def _open(self, path: Path) -> None:
        self._container = open_container(self._file)
        self._stream = stream = video_stream(self._container)
        stream.thread_type = "AUTO"
        others = [one for one in self._container.streams if one.type in ("audio", "subtitle")]
        self._packets = Lookahead(self._container.demux([stream, *others]), stream)
        self._tick = float(stream.time_base or 1)
        stated = [float(rate) for rate in (stream.average_rate, stream.guessed_rate) if rate]
        self.fps = nominal_fps(self._packets.stamps, self._tick, stated)
        self._stamped = self.fps > 0
        if not self._stamped and len(self._packets.stamps) != 1:
            self.fps = next((rate for rate in stated if rate < 1000), _FALLBACK_FPS)
        self._origin = self._packets.first_presented
        self._numbers = FrameNumbers()
        self._reached = self._awaited = 0.0
        decoded = self._decoded()
        first = next(decoded, None)
        if first is None:
            raise Unreadable(codec=codec_name(stream))
        self._frames = chain([first], decoded)
        self._converter = Converter(first, stream)
        self.width, self.height = self._converter.size
        self.orientation, self.sample_aspect = self._converter.orientation, self._converter.sample_aspect
        self.length = self._length()
        self.count = self._count()
        self.fov = fov_from_focal35(quicktime_focal35(path), self.width, self.height)
        self.remark = ""

    def _length(self) -> float:
        """Seconds that are presented as the header says, 0 when it does not."""
        stream, container = self._stream, self._container
        if stream.duration:
            return float(stream.duration * self._tick)
        if container.duration and container.duration > 0:
            return float(container.duration / av.time_base)
        return 0.0

    def _count(self) -> int:
        if self._packets.ended:
            return len(self._packets.stamps) or 1
        if self._stream.frames and self._stream.average_rate:
            return round(self._length() * float(self._stream.average_rate))
        return round(self._length() * self.fps)

    def frames(self) -> Iterator[SourceFrame]:
        step = 1 / (self.fps or _FALLBACK_FPS)
        clock = PresentationClock(self._origin if self._stamped else None, self._tick, step)
        end = 0.0
        for frame in self._frames:
            stamp = frame.pts if self._stamped else None
            time = clock.time(stamp)
            number = self._numbers.number(stamp)
            if time is None or frame.is_corrupt:
                continue
            end = time + step
            yield SourceFrame(number, time, partial(self._converter.image, frame))
        self.remark = self._early_end(end)

    def _decoded(self) -> Iterator[Any]:
        """Decoded frames; damaged packets are left out, a file that is cut short just ends."""
        any_frame, failures = False, 0
        with suppress(av.error.FFmpegError):
            for packet in self._packets:
                if packet.size and packet.pts is not None:
                    ends = packet.pts + (packet.duration or 0)
                    self._reached = max(self._reached, float(ends * packet.time_base))
                if packet.stream is not self._stream:
                    continue
                if self._stamped and is_presented(packet) and packet.pts >= (self._origin or 0):
                    self._numbers.expect(packet.pts)
                    self._awaited = max(self._awaited, (packet.pts - (self._origin or 0)) * self._tick)
                try:
                    frames = packet.decode()
                except av.error.FFmpegError:
                    failures += 1
                    if failures >= _MOST_FAILURES and not any_frame:
                        return
                    continue
                any_frame = any_frame or bool(frames)
                yield from frames
            return
        with suppress(av.error.FFmpegError):  # reading failed: give out what the decoder holds back
            yield from self._stream.codec_context.decode(None)

    def _early_end(self, end: float) -> str:
        """A remark when the file ends before its header says, or its last frames cannot be decoded."""
        container = self._container
        begin = (container.start_time or 0) / av.time_base
        claimed = container.duration / av.time_base if container.duration else 0.0
        allowed = max(_MISSING_S, _MISSING_SHARE * claimed)
        if claimed - (self._reached - begin) > allowed or self._awaited - end > allowed:
            return problems.cut_short(end, self.length or claimed)
        return ""

    def close(self) -> None:
        """Release the file."""
        if hasattr(self, "_container"):
            self._container.close()
        self._file.close()
