"""The one running job: worker messages become state that the panel draws, and an outcome that someone acts on.

No reference into Blender's data is held while a job runs: undo and loading a file would make it invalid.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import bpy

from . import preview, storage
from .properties.runtime import runtime_environment

TICK_SECONDS = 0.1
log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """How a job ended.

    Attributes:
        kind: "finished", "cancelled" or "failed". take: path of the whole or partial take, "" when there is none.
        sentence, hint: for the user. log: path of the worker's log. details: whether that is worth reading.
        result: what a job found that makes no take.
    """

    kind: str
    take: str = ""
    sentence: str = ""
    hint: str = ""
    log: str = ""
    details: bool = False
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Sentence and hint in one line."""
        return f"{self.sentence} {self.hint}".strip()


class Session:
    """A running job as the panel sees it.

    Attributes:
        title: what is worked on. started: the worker's `started` header, empty before. progress: its latest one.
    """

    def __init__(self, title: str, command: dict[str, Any], then: Callable[[Outcome], str]) -> None:
        from romp_core.worker.client import WorkerJob

        self.title, self._then = title, then
        self.started: dict[str, Any] = {}
        self.progress: dict[str, Any] = {}
        self.canceling = False
        self.job = WorkerJob(command, storage.new_log_path(command["type"]), runtime_environment())

    def tick(self) -> Outcome | None:
        """Take in what the worker said; the outcome when it ended. Never blocks."""
        for message in self.job.poll():
            header = message.header
            if header["type"] == "started":
                self.started = header
            elif header["type"] == "progress":
                self.progress = header
            elif header["type"] == "preview":
                preview.show(message.arrays["ids"], message.arrays["joints"])
            else:
                return Outcome(
                    header["type"],
                    header.get("take") or "",
                    header.get("sentence") or header.get("report") or "",
                    header.get("hint") or "",
                    header.get("log") or str(self.job.log_path),
                    header["type"] == "failed" or bool(header.get("details")),
                    header.get("result") or {},
                )
        return None

    def finish(self, outcome: Outcome) -> None:
        """Let the outcome act on the scene; what fails there becomes part of it."""
        from romp_core.errors import MocapError

        try:
            outcome.hint = " ".join(filter(None, (outcome.hint, self._then(outcome))))
        except MocapError as error:
            outcome.kind, outcome.sentence, outcome.hint = "failed", error.sentence, error.hint


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
        raise MocapError(f'"{_session.title}" is still being worked on.', "Wait for it or cancel it first.")
    dismiss()
    try:
        _session = Session(title, command, then)
    except OSError as error:
        raise MocapError(f"The capture process could not be started ({error.strerror}).") from error
    preview.begin()
    if not wait:
        bpy.app.timers.register(_on_timer, first_interval=TICK_SECONDS, persistent=True)
        return None
    try:
        while _session is not None:
            _tick()
            time.sleep(TICK_SECONDS / 10)
    finally:
        stop()  # a script that is interrupted leaves neither a worker nor a job behind
    return _last


def cancel() -> None:
    """Ask the running job to stop; the timer sees its end."""
    if _session is not None:
        _session.canceling = True
        _session.job.cancel()


def stop() -> None:
    """End the running job at once, without an outcome: the add-on is switched off."""
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
    _last = outcome
    session.finish(outcome)
    log.info("%s %s: %s", session.title, outcome.kind, outcome.text)


def _on_timer() -> float | None:
    if bpy.app.is_job_running("RENDER"):  # the outcome changes data that a render in the background reads
        return TICK_SECONDS
    _tick()
    redraw()
    return TICK_SECONDS if _session is not None else None


def redraw() -> None:
    """Draw all 3D views again, with their sidebars."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
