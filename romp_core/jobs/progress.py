"""How far a job is, reported a few times a second."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol

PROGRESS_SECONDS = 0.1
_RECENT_SECONDS = 10.0
"""The time left follows from how fast the job was in this time."""
_SETTLED_SECONDS = 1.0
"""No time left is given before the job has run this long: the first frames wait for the model to warm up."""


@dataclass(frozen=True)
class Progress:
    """How far a job is: `done` of `total` units (frames while capturing, MB while downloading, 0..1 while solving).

    Attributes:
        fps: units a second; eta: seconds left, 0 while it is not known; total: 0 when it is not known.
    """

    stage: str
    done: float
    total: float
    fps: float
    eta: float


class ProgressListener(Protocol):
    """Who hears of it."""

    def progress(self, progress: Progress) -> None:
        """About ten times a second."""


class Clock:
    """Turns counts into throttled progress reports.

    Args:
        start: units that were done before.
    """

    def __init__(self, stage: str, total: float, listener: ProgressListener, start: float = 0.0) -> None:
        self.stage, self.total, self.listener = stage, total, listener
        self.began, self.start = time.monotonic(), start
        self.reported = 0.0
        self._recent: deque[tuple[float, float]] = deque()

    def tick(self, done: float) -> None:
        """Report, unless it was done just now."""
        now = time.monotonic()
        if now - self.reported < PROGRESS_SECONDS and done < self.total:
            return
        self.reported = now
        rate = (done - self.start) / max(now - self.began, 1e-6)
        self.listener.progress(Progress(self.stage, done, self.total, rate, self._seconds_left(done, now)))

    def _seconds_left(self, done: float, now: float) -> float:
        """By the speed since the first report, which the start of the job held up, or of the last seconds."""
        self._recent.append((now, done))
        while len(self._recent) > 2 and now - self._recent[1][0] > _RECENT_SECONDS:
            self._recent.popleft()
        then, before = self._recent[0]
        if now - then < _SETTLED_SECONDS or done <= before:
            return 0.0
        return max(self.total - done, 0.0) * (now - then) / (done - before)
