"""The one running job: the worker's events become state that the panel draws, and an outcome that someone acts on.

No reference into Blender's data is held while a job runs: undo and loading a file would make it invalid.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import bpy

from ..blender.redraw import redraw
from ..preferences import disk_usage, folders
from ..preferences.properties import runtime_environment
from . import preview
from .outcome import Outcome, outcome_of

if TYPE_CHECKING:
    from romp_core.errors import MocapError
    from romp_core.worker.client import Worker
    from romp_core.worker.commands import Command, Progressed, Started

TICK_SECONDS, QUIET_TICK_SECONDS = 0.1, 0.02
log = logging.getLogger(__name__)


class Session:
    """A running job as the panel sees it.

    Attributes:
        title: what it works on.
        started, progress: the worker's latest events of these kinds, None before.
        cancelling: True once it was asked to stop; saving: True once it saves what there is.
        quiet: whether panels stay as they are, and only a failure leaves a message.
    """

    def __init__(self, title: str, command: Command, then: Callable[[Outcome], str], quiet: bool) -> None:
        from romp_core.worker.commands import kind_of

        self.title, self._then, self.quiet = title, then, quiet
        self.started: Started | None = None
        self.progress: Progressed | None = None
        self.cancelling = self.saving = False
        self._kind = kind_of(type(command))
        self.job = _running_worker().start(command, folders.new_log_path(self._kind), runtime_environment())

    @property
    def done(self) -> float:
        """How much is done, in the unit of its progress; 0 before it has begun."""
        return self.progress.done if self.progress is not None else 0.0

    def tick(self) -> Outcome | None:
        """Take in the worker's events; the outcome when it ended. Never blocks, never raises."""
        try:
            return self._poll()
        except Exception as error:  # noqa: BLE001 - whatever it is, the job ends with a message and the log
            _kill_worker()
            outcome = Outcome("failed", log=str(self.job.log_path))
            outcome.fail(error)
            return outcome

    def _poll(self) -> Outcome | None:
        from romp_core.worker import commands

        for event in self.job.poll():
            if isinstance(event, commands.Started):
                self.started = event
            elif isinstance(event, commands.Progressed):
                self.progress = event
            elif isinstance(event, commands.Previewed):
                preview.show(event.ids, event.joints)
            elif isinstance(event, commands.Saving):
                self.saving = True
            elif isinstance(event, commands.Ended):
                return outcome_of(event, str(self.job.log_path), self._kind)
        return None

    def finish(self, outcome: Outcome) -> None:
        """Let the outcome act on the scene; what fails there becomes part of it. Never raises."""
        try:
            outcome.hint = " ".join(filter(None, (outcome.hint, self._then(outcome))))
        except Exception as error:
            log.exception("the outcome of %s could not be applied", self.title)
            outcome.fail(error)


_worker: Worker | None = None
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


def report(error: MocapError) -> None:
    """Show an error that kept a job from starting, as its outcome."""
    global _last
    _last = Outcome("failed")
    _last.fail(error)
    redraw()


def notify(sentence: str) -> None:
    """Show a sentence where outcomes of jobs are shown."""
    global _last
    _last = Outcome("finished", sentence=sentence)
    redraw()


def start(
    title: str, command: Command, then: Callable[[Outcome], str], wait: bool, quiet: bool = False
) -> Outcome | None:
    """Run a job in the worker process.

    Args:
        then: called once with the outcome, on Blender's main thread; returns a remark for the user, may be "".
        wait: pump the worker until the end and return the outcome; else a timer does, and None is returned.
        quiet: see `Session`.

    Raises:
        romp_core.errors.MocapError: a job is running already, or the worker cannot be started.
    """
    from romp_core.errors import MocapError

    global _session
    if _session is not None:
        raise MocapError(f'"{_session.title}" is still running.', "Wait for it or cancel it first.")
    dismiss()
    try:
        session = Session(title, command, then, quiet)
    except OSError as error:
        raise MocapError(f"The worker process could not be started ({error.strerror}).") from error
    preview.begin()
    _session = session
    if not wait:
        bpy.app.timers.register(_on_timer, first_interval=_interval(session), persistent=True)
        return None
    try:
        while current() is not None:
            _tick()
            time.sleep(TICK_SECONDS / 10)
    except BaseException:  # a script that is interrupted leaves neither a worker nor a job behind
        stop()
        raise
    return _last


def cancel() -> None:
    """Ask the running job to save what it has and stop; the timer notices its end."""
    if _session is not None:
        _session.cancelling = True
        _session.job.cancel()


def stop() -> None:
    """End the worker, and a running job without an outcome: the add-on is disabled, or a script is interrupted."""
    global _session
    _session = None
    _kill_worker()
    preview.end()
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)


def _running_worker() -> Worker:
    """The worker, which stays between jobs."""
    from romp_core.worker.client import Worker

    global _worker
    if _worker is None:
        _worker = Worker()
    return _worker


def _kill_worker() -> None:
    global _worker
    if _worker is not None:
        _worker.kill()
        _worker = None


def _tick() -> None:
    global _session, _last
    session = _session
    outcome = session.tick() if session else None
    if session is None or outcome is None:
        return
    _session = None
    preview.end()
    session.finish(outcome)
    _last = outcome if not session.quiet or outcome.kind == "failed" else None
    disk_usage.forget()
    log.info("%s %s: %s", session.title, outcome.kind, outcome.text)


def _on_timer() -> float | None:
    if bpy.app.is_job_running("RENDER"):  # the outcome changes data that a render in the background reads
        return TICK_SECONDS
    _tick()
    if _session is None or not _session.quiet:
        redraw()
    return _interval(_session) if _session is not None else None


def _interval(session: Session) -> float:
    return QUIET_TICK_SECONDS if session.quiet else TICK_SECONDS
