"""How far a job is, reported a few times a second."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

PROGRESS_SECONDS = 0.1


@dataclass(frozen=True)
class Progress:
    """How far a job is: `done` of `total` units (frames while capturing, MB while downloading, 0..1 while solving).

    Attributes:
        fps: units a second; eta: seconds left; total: 0 when it is not known.
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

    def tick(self, done: float) -> None:
        """Report, unless it was done just now."""
        now = time.monotonic()
        if now - self.reported < PROGRESS_SECONDS and done < self.total:
            return
        self.reported = now
        rate = (done - self.start) / max(now - self.began, 1e-6)
        eta = max(self.total - done, 0) / rate if rate > 0 else 0.0
        self.listener.progress(Progress(self.stage, done, self.total, rate, eta))
