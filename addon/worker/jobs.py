"""The one running job: the worker's events become state that the panel draws, and an outcome that someone acts on.

No reference into Blender's data is held while a job runs: undo and loading a file would make it invalid.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import bpy

from ..blender.redraw import redraw_sidebars
from ..preferences import disk_usage, folders
from ..preferences.properties import runtime_environment
from . import hold, popup, preview, refresh
from .outcome import Outcome
from .session import MAKING, Listener, Session, Then

if TYPE_CHECKING:
    from romp_core.errors import MocapError
    from romp_core.jobs.live.messages import Live
    from romp_core.worker.client import Worker
    from romp_core.worker.commands import Command

TICK_SECONDS, QUIET_TICK_SECONDS, STEP_SECONDS, LIVE_TICK_SECONDS = 0.1, 0.02, 0.02, 0.004
SOLVING = ("solve", "add_parts")
"""Kinds of the jobs that change the motion of a take."""

OF_TAKES = (*SOLVING, "refine", MAKING)
"""Kinds of the jobs that are shown with the takes."""
ELSEWHERE = (*OF_TAKES, "live")
"""Kinds of the jobs that are not shown where captures are."""
log = logging.getLogger(__name__)


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
    redraw_sidebars()
    popup.tell(_last, "Motion Capture")


def notify(sentence: str) -> None:
    """Show a sentence where outcomes of jobs are shown."""
    global _last
    _last = Outcome("finished", sentence=sentence)
    redraw_sidebars()


def start(
    title: str,
    command: Command | Live,
    then: Then,
    wait: bool,
    quiet: bool = False,
    live: Listener | None = None,
    watch: Callable[[Session], None] | None = None,
) -> Outcome | None:
    """Run a job in the worker process.

    Args:
        then: called once with the outcome, on Blender's main thread; returns a remark for the user, may be "", or steps
            that give one: they are spread, so that the window stays alive, and nothing else may change the scene
            meanwhile.
        wait: pump the worker until the end and return the outcome; else a timer does, and None is returned.
        quiet: see `Session`. live: hears what a live capture reports. watch: called often with what is waited for.

    Raises:
        romp_core.errors.MocapError: a job is running already, or the worker cannot be started.
    """
    from romp_core.errors import MocapError
    from romp_core.worker.commands import kind_of

    _require_none()
    dismiss()
    try:
        kind = kind_of(type(command))
        job = _running_worker().start(command, folders.new_log_path(kind), runtime_environment())
        session = Session(title, kind, job, then, quiet, live)
    except OSError as error:
        raise MocapError(f"The worker process could not be started ({error.strerror}).") from error
    preview.begin()
    return _go(session, wait, watch)


def work(title: str, then: Then, wait: bool) -> Outcome | None:
    """Do what needs no worker as a job, with progress and cancel; the arguments are those of `start`.

    Raises:
        romp_core.errors.MocapError: a job is running already.
    """
    _require_none()
    dismiss()
    session = Session(title, MAKING, None, then)
    session.end(Outcome("finished", job=MAKING))
    if not wait:
        hold.begin()
    return _go(session, wait)


def _require_none() -> None:
    from romp_core.errors import MocapError

    if _session is not None:
        raise MocapError(f'"{_session.title}" is still running.', "Wait for it or cancel it first.")


def _go(session: Session, wait: bool, watch: Callable[[Session], None] | None = None) -> Outcome | None:
    global _session
    _session = session
    if not wait:
        bpy.app.timers.register(_on_timer, first_interval=_interval(session), persistent=True)
        return None
    try:
        while current() is not None:
            _tick()
            if watch is not None:
                watch(session)
            time.sleep(TICK_SECONDS / 10)
    except BaseException:  # a script that is interrupted leaves neither a worker nor a job behind
        stop()
        raise
    return _last


def cancel() -> None:
    """Ask the running job to save what it has and stop, or take back what it is making; the timer notices its end."""
    if _session is None:
        return
    was_asked, _session.cancelling = _session.cancelling, True
    if _session.outcome is not None:
        _session.abandon()
    elif _session.live is not None and not was_asked:
        _session.live.stop()  # a second time, it is cancelled
    else:
        _session.job.cancel()


def stop() -> None:
    """End the worker, and a running job without an outcome: the add-on is disabled, or a script is interrupted."""
    global _session
    if _session is not None:
        _session.abandon()
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


def _tick(spread: bool = False) -> None:
    """Take in what the worker says; with `spread`, let its outcome act on the scene a little at a time."""
    global _session, _last
    session = _session
    if session is None:
        return
    if session.outcome is None:
        ended = session.tick()
        if ended is None:
            return
        if session.broken:
            _kill_worker()
        preview.end()
        session.end(ended)
        if spread:
            hold.begin()
    if not session.advance(STEP_SECONDS if spread else math.inf):
        return
    _session, outcome = None, session.outcome
    assert outcome is not None
    _last = outcome if not session.quiet or outcome.kind == "failed" else None
    if _last is not None and popup.is_worth_it(_last, time.monotonic() - session.began):
        popup.tell(_last, session.title)
    disk_usage.forget()
    log.info("%s %s: %s", session.title, outcome.kind, outcome.text)


def _on_timer() -> float | None:
    if bpy.app.is_job_running("RENDER"):  # the outcome changes data that a render in the background reads
        return TICK_SECONDS
    _tick(spread=_session is not None and not _session.quiet and not bpy.app.background)
    refresh.show(_session)
    return _interval(_session) if _session is not None else None


def _interval(session: Session) -> float:
    if session.outcome is not None:
        return 0.0
    if session.live is not None:
        return LIVE_TICK_SECONDS
    return QUIET_TICK_SECONDS if session.quiet else TICK_SECONDS
