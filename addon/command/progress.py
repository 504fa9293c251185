"""How far a capture is, in lines on a terminal or in a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..worker import jobs

if TYPE_CHECKING:
    from ..worker.session import Session

_SECONDS = 1.0


class Lines:
    """Writes a line at most once a second, and at the beginning of each stage; cancels when asked to."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled, self._stage, self._latest, self._started = cancelled, "", -_SECONDS, False

    def __call__(self, session: Session) -> None:
        """To be called again and again while a job runs."""
        from romp_core.cli.console import say

        if self._cancelled() and not session.cancelling:
            jobs.cancel()
        if session.started is not None and not self._started:
            self._started = True
            info = session.started
            say(f"{info.model} on {info.provider}: {info.width} x {info.height}, {info.fps:.4g} fps")
            if info.remark:
                say(info.remark)
        progress, now = session.progress, time.monotonic()
        if progress is None or (progress.stage == self._stage and now - self._latest < _SECONDS):
            return
        self._stage, self._latest = progress.stage, now
        if progress.total:
            line = f"{progress.stage.capitalize()}: {100 * min(progress.done / progress.total, 1.0):.0f}%"
            say(line + (f", {progress.fps:.1f} fps" if progress.stage == "capture" and progress.fps > 0 else ""))
