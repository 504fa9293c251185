"""A video file played in real time, as if it were a camera."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..open_source import open_source
from ..reader import footage_info
from .live_source import Arrival


class RealtimeFile:
    """A file as a `LiveSource`.

    Raises:
        FootageError: it is no footage.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._source = open_source(path)
        self.footage = footage_info(path, self._source, [], [])
        self._closed = threading.Event()

    def frames(self) -> Iterator[Arrival]:
        """See `LiveSource`. `captured` is when the frame was due, however late it is decoded."""
        began = 0.0
        for number, seconds, image in self._source.frames():
            began = began or time.perf_counter() - seconds
            due = began + seconds
            if self._closed.wait(max(due - time.perf_counter(), 0.0)):
                return
            yield Arrival(due, partial(image), number, seconds)

    def close(self) -> None:
        """See `LiveSource`."""
        self._closed.set()
