"""Streams and devices that PyAV opens: RTSP cameras, and cameras of this machine."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import av

from ...errors import FootageError
from . import problems
from .arrival_clock import ArrivalClock
from .live_images import LiveImages
from .live_source import Arrival

OPEN_SECONDS, SILENT_SECONDS = 8.0, 10.0
_FINAL = (errno.EBUSY, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENODEV, errno.ECONNREFUSED)
"""Errors of opening that other options do not mend."""
_MOST_FAILURES = 100
"""Packets in a row without a frame, after which the video cannot be decoded."""


class PyavStream:
    """A `LiveSource` that PyAV reads.

    Args:
        name: for sentences. url: what PyAV opens; form: name of the demuxer; options: of FFmpeg, tried in turn.
        failure: the sentence for an error of opening it.
    """

    footage = None

    def __init__(
        self,
        name: str,
        url: str,
        form: str,
        options: Sequence[Mapping[str, str]],
        failure: Callable[[Exception], FootageError],
    ) -> None:
        self.name = name
        self._url, self._form, self._options, self._failure = url, form, options, failure
        self._images = LiveImages()
        self._closed = False

    def frames(self) -> Iterator[Arrival]:
        """See `LiveSource`."""
        with self._open() as container:
            if not container.streams.video:
                raise problems.undecodable(self.name)
            stream = container.streams.video[0]
            stream.thread_type = "SLICE"  # several frames at once would each wait for the next ones
            stream.codec_context.options = {"flags": "low_delay"}
            clock = ArrivalClock(float(stream.time_base or 0))
            failures = 0
            for packet in self._packets(container, stream):
                try:
                    frames = packet.decode()
                except av.error.FFmpegError:
                    frames = []
                failures = 0 if frames else failures + 1
                if failures > _MOST_FAILURES:
                    raise problems.undecodable(self.name)
                for frame in frames:
                    captured = clock.captured(frame.pts, time.perf_counter())
                    yield Arrival(captured, partial(self._images.image, frame, stream.codec_context))

    def close(self) -> None:
        """See `LiveSource`: FFmpeg gives up a connection over which nothing comes by itself."""
        self._closed = True

    def _open(self) -> Any:
        for options in self._options:
            try:
                timeout = OPEN_SECONDS, SILENT_SECONDS
                return av.open(self._url, format=self._form, options=dict(options), timeout=timeout)
            except (av.error.FFmpegError, OSError, ValueError) as error:
                problem: Exception = error
                if getattr(error, "errno", 0) in _FINAL:
                    break
        raise self._failure(problem) from problem

    def _packets(self, container: Any, stream: Any) -> Iterator[Any]:
        packets = container.demux(stream)
        while not self._closed:
            try:
                packet = next(packets, None)
            except (av.error.TimeoutError, av.error.ExitError) as error:
                raise problems.no_frames(self.name, SILENT_SECONDS) from error
            except (av.error.FFmpegError, OSError) as error:
                raise problems.lost(self.name) from error
            if packet is None:
                return
            yield packet
