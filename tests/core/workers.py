"""Jobs in a worker as the add-on runs them: polled like by a timer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from romp_core.worker.client import Worker, WorkerJob
from romp_core.worker.commands import Command, Ended, Event

LIMIT_SECONDS = 120


def start(command: Command, log_path: Path) -> WorkerJob:
    """A job in a process of its own."""
    return Worker().start(command, log_path)


def follow(job: WorkerJob, until: Callable[[Event], bool] = lambda _: False) -> list[Event]:
    """Poll until the job ends or an event satisfies `until`."""
    events: list[Event] = []
    deadline = time.monotonic() + LIMIT_SECONDS
    while job.running and not any(map(until, events)):
        assert time.monotonic() < deadline, f"no end after {LIMIT_SECONDS} s; log: {job.log_path.read_text()}"
        events += job.poll()
        time.sleep(0.01)
    return events


def ended(job: WorkerJob) -> Ended:
    """How the job ends."""
    last = follow(job)[-1]
    assert isinstance(last, Ended)
    return last
