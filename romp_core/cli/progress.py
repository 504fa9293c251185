"""Progress of long commands: a bar for people, JSON for pipelines; the first Ctrl+C cancels."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable
from typing import Any

from .console import put, say, unless_closed


def count(number: int, one: str, many: str) -> str:
    """A number with its noun, such as "1 frame"."""
    return f"{number} {one if number == 1 else many}"


def add_progress(parser: argparse.ArgumentParser) -> None:
    """The option that chooses how progress is shown."""
    parser.add_argument(
        "--progress",
        choices=("bar", "json", "none"),
        default="bar",
        help="bar for people, json for pipelines: one object per line on stdout (default: bar)",
    )


class Silent:
    """Listener that shows no progress; only what the user should know about the start of a run."""

    def started(self, info: Any, model: str, provider: str, expected: int, remark: str) -> None:
        if remark:
            say(remark)

    def progress(self, progress: Any) -> None: ...

    def preview(self, ids: Any, joints: Any) -> None: ...

    def saving(self) -> None: ...

    def close(self) -> None: ...


class _Json(Silent):
    """One JSON object per line on stdout."""

    def started(self, info: Any, model: str, provider: str, expected: int, remark: str) -> None:
        size = {"width": info.width, "height": info.height, "fps": info.fps}
        self._print(type="started", model=model, provider=provider, expected=expected, remark=remark, **size)

    def progress(self, progress: Any) -> None:
        self._print(type="progress", **vars(progress))

    @staticmethod
    def _print(**record: Any) -> None:
        put(json.dumps(record))


class _Bar(Silent):
    """A progress bar per stage on stderr."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.stage = ""

    def progress(self, progress: Any) -> None:
        from tqdm import tqdm

        if progress.stage != self.stage:
            self.close()
            self.stage = progress.stage
            form = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining} {rate_fmt}"
            unit = {"capture": "frame", "refine": "frame", "download": "MB"}.get(self.stage, "take")
            with unless_closed(sys.stderr):
                self.bar = tqdm(desc=self.stage.capitalize(), total=progress.total or None, unit=unit, bar_format=form)
        if self.bar is not None:
            with unless_closed(sys.stderr):
                self.bar.update(progress.done - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            with unless_closed(sys.stderr):
                self.bar.close()


LISTENERS: dict[str, Callable[[], Silent]] = {"bar": _Bar, "json": _Json, "none": Silent}


def interruptible(run: Callable[[Silent, Callable[[], bool]], None], progress: str) -> None:
    """Run a job whose first Ctrl+C cancels it and keeps what there is."""
    stopped = False

    def on_interrupt(*_: Any) -> None:
        nonlocal stopped
        stopped = True
        signal.signal(signal.SIGINT, previous)  # a second Ctrl+C ends at once

    # Python does not know a handler that was not set by it, such as Blender's own, and could not set it again.
    previous = signal.signal(signal.SIGINT, on_interrupt) or signal.SIG_DFL
    listener = LISTENERS[progress]()
    try:
        run(listener, lambda: stopped)
    finally:
        listener.close()
        signal.signal(signal.SIGINT, previous)
