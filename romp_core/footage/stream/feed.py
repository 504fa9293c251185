"""The newest frame of a live source: a thread reads, and what is not taken in time is replaced by what comes next."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import dataclass

from ...errors import FootageError
from ...typing import Array
from . import problems
from .live_source import Arrival, LiveSource

FIRST_FRAME_SECONDS = 10.0
STALL_SECONDS = 1.5
RETRY_SECONDS = 0.3
CLOSE_SECONDS = 1.0


@dataclass(frozen=True)
class LiveFrame:
    """A frame that was taken.

    Attributes:
        number: how many frames came before it, dropped ones included; in a file its number there.
        captured: when it was captured, by `time.perf_counter()`.
        time: seconds after the first frame, of a file by its own clock.
        image: (H, W, 3) uint8 RGB, always of one size.
    """

    number: int
    captured: float
    time: float
    image: Array


class Feed:
    """Reads a source in a thread, and connects again when it is lost.

    Args:
        patience: seconds to wait for a source that was lost; 0 for ever.

    Attributes:
        received, dropped: frames since `go`.
        size: width and height of the images. footage: of a file, else None.
    """

    def __init__(self, source: LiveSource, patience: float) -> None:
        self._source, self._patience = source, patience
        self.footage = source.footage
        self._lock = threading.Condition()
        self._newest: tuple[int, Arrival] | None = None
        self._began: float | None = None
        self._seen: float | None = None
        self._last_time = -1.0
        self._ended = self._paused = False
        self._lost: FootageError | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live source", daemon=True)
        self.received = self.dropped = 0
        self.size = (0, 0)

    def open(self) -> None:
        """Connect, and wait for the first frame to know the size.

        Raises:
            FootageError: it cannot be opened, or sends nothing.
        """
        if self.footage is not None:
            self.size = self.footage.width, self.footage.height
            return
        self._thread.start()
        deadline = time.monotonic() + FIRST_FRAME_SECONDS
        while not self.size[0]:
            with self._lock:
                self._lock.wait_for(
                    lambda: self._newest or self._ended or self._lost, max(deadline - time.monotonic(), 0)
                )
                newest, self._newest = self._newest, None
                if self._lost is not None:
                    raise self._lost
            if newest is None:
                raise problems.no_frames(self._source.name, FIRST_FRAME_SECONDS)
            image = newest[1].image()
            if image is not None:
                self.size = image.shape[1], image.shape[0]

    def go(self) -> None:
        """Begin: what came until now does not count."""
        with self._lock:
            self._newest = self._began = None
            self.received = self.dropped = 0
        if not self._thread.is_alive():
            self._thread.start()

    def pause(self, paused: bool) -> None:
        """Let frames pass by, uncounted."""
        with self._lock:
            self._paused, self._newest = paused, None

    def take(self, timeout: float) -> LiveFrame | None:
        """The newest frame that was not taken yet; None when none came in time, or it is damaged."""
        with self._lock:
            self._lock.wait_for(lambda: self._newest is not None or self._ended, timeout)
            if self._newest is None:
                return None
            (number, arrival), self._newest = self._newest, None
            began = self._began = arrival.captured if self._began is None else self._began
        image = arrival.image()
        if image is None:
            self.dropped += 1
            return None
        seconds = arrival.captured - began if arrival.time is None else arrival.time
        seconds = max(seconds, self._last_time + 1e-4)
        self._last_time = seconds
        return LiveFrame(number, arrival.captured, seconds, image)

    @property
    def ended(self) -> bool:
        """No further frame will come; a frame may wait to be taken."""
        return self._ended and self._newest is None

    @property
    def trouble(self) -> FootageError | None:
        """Why no frames come at present; None while they do. Once it ended: why, None where it just came to its end."""
        if self._lost is not None or self._ended:
            return self._lost
        silent = 0.0 if self._seen is None else time.perf_counter() - self._seen
        return problems.no_frames(self._source.name, silent) if silent > STALL_SECONDS and not self._paused else None

    def close(self) -> None:
        """Disconnect."""
        self._stop.set()
        self._source.close()
        with self._lock:
            self._lock.notify_all()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        first = True
        lost_at = time.monotonic()
        while not self._stop.is_set():
            error: FootageError | None = None
            try:
                with closing(self._source.frames()) as arrivals:  # type: ignore[type-var]
                    for arrival in arrivals:
                        first, lost_at = False, time.monotonic()
                        self._put(arrival)
                        if self._stop.is_set():
                            return
                if self.footage is None:
                    error = problems.lost(self._source.name)
            except FootageError as problem:
                error = problem
            except Exception as problem:  # noqa: BLE001 - a thread must not die in silence: the reader hears of it
                error = FootageError(f"{self._source.name} cannot be read ({problem}).")
            gone = time.monotonic() - lost_at
            ends = error is None or first or 0 < self._patience < gone
            with self._lock:
                self._lost, self._ended = error, bool(ends)
                self._lock.notify_all()
            if ends:
                return
            self._stop.wait(RETRY_SECONDS)

    def _put(self, arrival: Arrival) -> None:
        with self._lock:
            self._lost, self._seen = None, time.perf_counter()
            if not self._paused:
                self.dropped += self._newest is not None
                number = self.received if arrival.number is None else arrival.number
                self.received += 1
                self._newest = number, arrival
            self._lock.notify_all()
