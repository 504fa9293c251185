"""The one running job: worker messages become state that the panel draws, and an outcome that someone acts on.

No reference into Blender's data is held while a job runs: undo and loading a file would make it invalid.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import bpy

from ..blender.redraw import redraw
from ..preferences import disk_usage, folders
from ..preferences.properties import runtime_environment
from . import preview
from .outcome import Outcome, outcome_of

TICK_SECONDS = 0.1
log = logging.getLogger(__name__)


class Session:
    """A running job as the panel sees it.

    Attributes:
        title: what it works on.
        started: the worker's `started` header, empty before; progress: its latest one.
        cancelling: True once it was asked to stop; it then saves what it has.
    """

    def __init__(self, title: str, command: dict[str, Any], then: Callable[[Outcome], str]) -> None:
        from romp_core.worker.client import WorkerJob

        self.title, self._then = title, then
        self.started: dict[str, Any] = {}
        self.progress: dict[str, Any] = {}
        self.cancelling = False
        self.job = WorkerJob(command, folders.new_log_path(command["type"]), runtime_environment())

    def tick(self) -> Outcome | None:
        """Take in the worker's messages; the outcome when it ended. Never blocks, never raises."""
        try:
            return self._poll()
        except Exception as error:  # noqa: BLE001 - whatever it is, the job ends with a message and the log
            self.job.kill()
            outcome = Outcome("failed", log=str(self.job.log_path))
            outcome.fail(error)
            return outcome

    def _poll(self) -> Outcome | None:
        for message in self.job.poll():
            header = message.header
            if header["type"] == "started":
                self.started = header
            elif header["type"] == "progress":
                self.progress = header
            elif header["type"] == "preview":
                preview.show(message.arrays["ids"], message.arrays["joints"])
            else:
                return outcome_of(header, str(self.job.log_path))
        return None

    def finish(self, outcome: Outcome) -> None:
        """Let the outcome act on the scene; what fails there becomes part of it. Never raises."""
        try:
            outcome.hint = " ".join(filter(None, (outcome.hint, self._then(outcome))))
        except Exception as error:
            log.exception("the outcome of %s could not be applied", self.title)
            outcome.fail(error)


_session: Session | None = None
_last: Outcome | None = None


def current() -> Session | None:
    """The running job, or None."""
    return _session


def last_outcome() -> Outcome | None:
    """How the latest job ended; None while one runs, or after `dismiss`."""
    return _last


def dismiss() -> None:
    """Forget the latest outcome."""
    global _last
    _last = None


def start(title: str, command: dict[str, Any], then: Callable[[Outcome], str], wait: bool) -> Outcome | None:
    """Run a job in the worker process.

    Args:
        then: called once with the outcome, on Blender's main thread; returns a remark for the user, may be "".
        wait: pump the worker until the end and return the outcome; else a timer does, and None is returned.

    Raises:
        romp_core.errors.MocapError: a job is running already, or the worker cannot be started.
    """
    from romp_core.errors import MocapError

    global _session
    if _session is not None:
        raise MocapError(f'"{_session.title}" is still running.', "Wait for it or cancel it first.")
    dismiss()
    try:
        session = Session(title, command, then)
    except OSError as error:
        raise MocapError(f"The worker process could not be started ({error.strerror}).") from error
    preview.begin()
    _session = session
    if not wait:
        bpy.app.timers.register(_on_timer, first_interval=TICK_SECONDS, persistent=True)
        return None
    try:
        while current() is not None:
            _tick()
            time.sleep(TICK_SECONDS / 10)
    finally:
        stop()  # a script that is interrupted leaves neither a worker nor a job behind
    return _last


def cancel() -> None:
    """Ask the running job to save what it has and stop; the timer notices its end."""
    if _session is not None:
        _session.cancelling = True
        _session.job.cancel()


def stop() -> None:
    """End the running job at once, without an outcome: the add-on is disabled."""
    global _session
    if _session is not None:
        _session.job.kill()
        _session = None
    preview.end()
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)


def _tick() -> None:
    global _session, _last
    session = _session
    outcome = session.tick() if session else None
    if session is None or outcome is None:
        return
    _session = None
    preview.end()
    session.finish(outcome)
    _last = outcome
    disk_usage.forget()
    log.info("%s %s: %s", session.title, outcome.kind, outcome.text)


def _on_timer() -> float | None:
    if bpy.app.is_job_running("RENDER"):  # the outcome changes data that a render in the background reads
        return TICK_SECONDS
    _tick()
    redraw()
    return TICK_SECONDS if _session is not None else None
