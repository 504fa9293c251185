"""The parent's side of the worker: start jobs in a child process, poll them without blocking, cancel or kill them.

    worker = Worker()
    job = worker.start(Solve("take.npz", "take.npz", settings), Path("worker.log"))
    while job.running:
        for event in job.poll(): ...

Light to import; used by the add-on from a timer.
"""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import BinaryIO, cast

from ..jobs.live.messages import Live, LiveRecord, Report, Request
from ..storage.journal import journal_path
from ..storage.messages import ProtocolError, read_message, write_message
from .commands import (
    Cancel,
    Cancelled,
    Capture,
    Command,
    Ended,
    Event,
    Failed,
    Recover,
    Saving,
    from_message,
    to_message,
)
from .environment import worker_environment
from .file_time import file_time

CANCEL_SECONDS = 0.5
"""A worker that says nothing for this long after a cancel is busy in a network, and is killed; its journal is saved."""
SAVING_SECONDS = 120.0
"""Longest time that saving may take."""
log = logging.getLogger("romp_core.worker.client")
_numbers = count(1)


class WorkerProcess:
    """The child process and the messages that it sent."""

    def __init__(self, log_path: Path, environment: Mapping[str, str]) -> None:
        self.log_path, self.environment = log_path, dict(environment)
        self.events: queue.SimpleQueue[tuple[Event | Report, int] | None] = queue.SimpleQueue()
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with open(log_path, "wb") as log_file:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-m", "romp_core.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log_file,
                env=worker_environment() | self.environment,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        threading.Thread(target=self._read, name="romp_core worker events", daemon=True).start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    def send(self, command: Command | Live | Request, job: int) -> None:
        """Send a command; a worker that is gone is noticed by the end of its events."""
        try:
            write_message(cast(BinaryIO, self._process.stdin), *to_message(command, job))
        except OSError:
            log.info("the worker is gone")

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def close(self) -> None:
        """Let go of the process; it ends by itself."""
        for stream in (self._process.stdin, self._process.stdout) if not self.alive else (self._process.stdin,):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    log.info("the worker is gone")

    def _read(self) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        try:
            while (message := read_message(stream)) is not None:
                value, job = from_message(message)
                self.events.put((cast("Event | Report", value), job))
        except (ProtocolError, ValueError, OSError):
            log.info("the worker's messages were interrupted")
        self._process.wait()
        self.events.put(None)


class WorkerJob:
    """One job in a worker process; made by `Worker.start`."""

    def __init__(self, process: WorkerProcess, command: Command | Live) -> None:
        self.command = command
        self._process = process
        self._number = next(_numbers)
        self._running = True
        self._cancelled_at: float | None = None
        self._saving_since: float | None = None
        self._interrupted: Cancelled | Failed | None = None
        self._out = str(getattr(command, "out", ""))
        self._before = file_time(self._out)
        process.send(command, self._number)

    @property
    def running(self) -> bool:
        """False once the last event was polled."""
        return self._running

    @property
    def log_path(self) -> Path:
        """Where the worker's log goes."""
        return self._process.log_path

    @property
    def pid(self) -> int:
        """Of the process that works on it now."""
        return self._process.pid

    def poll(self) -> list[Event | Report]:
        """What the worker sent since the last call; never blocks. The last event of a job is an `Ended`."""
        events: list[Event | Report] = []
        while self._running and not self._process.events.empty():
            received = self._process.events.get()
            event = self._on_death() if received is None else self._on_event(*received)
            if event is not None:
                events.append(event)
                self._running = not isinstance(event, Ended)
        if self._running and self._overdue():
            self._process.kill()  # its end of the pipe closes, which `_on_death` handles
        return events

    def send(self, request: Request) -> None:
        """Ask something of the running job."""
        if isinstance(request, LiveRecord):
            self._out, self._before = request.out, file_time(request.out)
        self._process.send(request, self._number)

    def cancel(self) -> None:
        """Ask the worker to stop and to save what there is; it is killed when it does not react."""
        if self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
            self._process.send(Cancel(), self._number)

    def kill(self) -> None:
        """End the process at once; what was captured is saved by another one."""
        self._process.kill()

    def _overdue(self) -> bool:
        now = time.monotonic()
        if self._saving_since is not None:
            return now - self._saving_since > SAVING_SECONDS
        return self._cancelled_at is not None and now - self._cancelled_at > CANCEL_SECONDS

    def _on_event(self, event: Event | Report, number: int) -> Event | Report | None:
        """The event to hand on; None for one of an earlier job."""
        if number != self._number:
            return None
        if isinstance(event, Saving) and self._saving_since is None:
            self._saving_since = time.monotonic()
        if self._interrupted is not None and isinstance(event, Ended):
            self._process.close()
            return self._ending(event.take)
        if isinstance(event, Failed):
            return Failed(event.take, event.sentence, event.hint, str(self.log_path))
        return event

    def _on_death(self) -> Event:
        """The process ended in the middle of the job: what a capture left is saved by another process."""
        if self._interrupted is not None:  # that one died, too: the journal stays
            return self._ending()
        hint = f"The log is at {self.log_path}."
        failed = Failed("", "The capture process ended unexpectedly.", hint, str(self.log_path))
        self._interrupted = failed if self._cancelled_at is None else Cancelled()
        if not os.path.exists(journal_path(self._out)):
            return self._ending()
        self._saving_since = time.monotonic()
        rescue = self._process.log_path.with_suffix(".recovery.log")
        self._process = WorkerProcess(rescue, self._process.environment)
        self._process.send(Recover(self._out), self._number)
        return Saving()

    def _ending(self, recovered: str = "") -> Ended:
        """How the interrupted job ended, with the take that it left: a partial one, or a raw one."""
        assert self._interrupted is not None
        saved = isinstance(self.command, Capture | Live) and file_time(self._out) not in (None, self._before)
        take = recovered or (self._out if saved else "")
        if isinstance(self._interrupted, Cancelled):
            return Cancelled(take)
        return Failed(take, self._interrupted.sentence, self._interrupted.hint, self._interrupted.log)


class Worker:
    """Keeps a worker process from job to job; starts a new one when there is none, or for another environment."""

    def __init__(self) -> None:
        self._process: WorkerProcess | None = None
        self._job: WorkerJob | None = None

    @property
    def pid(self) -> int:
        """Of the process; 0 when there is none."""
        return self._process.pid if self._process is not None else 0

    def start(self, command: Command | Live, log_path: Path, environment: Mapping[str, str] = {}) -> WorkerJob:
        """Start a job.

        Args:
            log_path: where the log of a new process goes; the folder is made.
            environment: more variables for the worker, see `inference.options`.

        Raises:
            OSError: the process cannot be started.
            RuntimeError: a job is running already.
        """
        if self._job is not None and self._job.running:
            raise RuntimeError("a job is running")
        process = self._process
        if process is None or not process.alive or process.environment != dict(environment):
            self.close()
            process = self._process = WorkerProcess(log_path, environment)
        self._job = WorkerJob(process, command)
        return self._job

    def close(self) -> None:
        """End the process; a running job saves what it has."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def kill(self) -> None:
        """End process and job at once."""
        if self._job is not None and self._job.running:
            self._job.kill()
        if self._process is not None:
            self._process.kill()
            self.close()
