"""A running job: the worker's events become state that the panel draws, and an outcome that acts on the scene."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ..blender.steps import Steps
from . import preview
from .outcome import Outcome, outcome_of

if TYPE_CHECKING:
    from romp_core.worker.client import WorkerJob
    from romp_core.worker.commands import Progressed, Started

MAKING = "make"
"""Stage of the progress while an outcome acts on the scene; kind of jobs that do nothing else."""
Then = Callable[[Outcome], str | Steps[str]]
"""What becomes of an outcome; returns a remark for the user, may be "", or steps that give one."""
log = logging.getLogger(__name__)


class Listener(Protocol):
    """Who hears what a live capture reports."""

    def hear(self, reports: Sequence[Any]) -> None:
        """All that came since the last time, in order."""

    def stop(self) -> None:
        """Ask the live capture to end."""


class Session:
    """A running job as the panel sees it.

    Attributes:
        title: what it works on. kind: of its command, see `romp_core.worker.commands.kind_of`.
        started, progress: the worker's latest events of these kinds, None before.
        cancelling: True once it was asked to stop; saving: True once it saves what there is.
        began: monotonic time of its start.
        broken: what the worker sent could not be read, so that it must be ended.
        quiet: whether panels stay as they are, and only a failure leaves a message.
        outcome: how the worker ended, which acts on the scene now; None before.
    """

    def __init__(
        self,
        title: str,
        kind: str,
        job: WorkerJob | None,
        then: Then,
        quiet: bool = False,
        live: Listener | None = None,
    ) -> None:
        self.title, self.kind, self._job, self._then, self.quiet, self.live = title, kind, job, then, quiet, live
        self.started: Started | None = None
        self.progress: Progressed | None = None
        self.cancelling = self.saving = self.broken = False
        self.outcome: Outcome | None = None
        self._steps: Steps[str] | None = None
        self.began = time.monotonic()

    @property
    def job(self) -> WorkerJob:
        """What runs in the worker."""
        assert self._job is not None, "nothing runs there"
        return self._job

    @property
    def done(self) -> float:
        """How much is done, in the unit of its progress; 0 before it has begun."""
        return self.progress.done if self.progress is not None else 0.0

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; 0 while the total is not known."""
        progress = self.progress
        return min(progress.done / progress.total, 1.0) if progress is not None and progress.total else 0.0

    def tick(self) -> Outcome | None:
        """Take in the worker's events; the outcome when it ended. Never blocks, never raises."""
        try:
            return self._poll()
        except Exception as error:  # noqa: BLE001 - whatever it is, the job ends with a message and the log
            self.broken = True
            outcome = Outcome("failed", log=str(self.job.log_path), job=self.kind)
            outcome.fail(error)
            return outcome

    def _poll(self) -> Outcome | None:
        from romp_core.worker import commands

        reports, ended = [], None
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
                ended = outcome_of(event, str(self.job.log_path), self.kind)
            else:
                reports.append(event)
        if self.live is not None and reports:
            self.live.hear(reports)
        return ended

    def end(self, outcome: Outcome) -> None:
        """The work in the worker ended; now `advance` lets the outcome act on the scene."""
        self.outcome, self._steps = outcome, _steps_of(self._then, outcome)

    def advance(self, seconds: float) -> bool:
        """Let the outcome act on the scene for this long; True when that is done. Never raises.

        What fails there becomes part of the outcome.
        """
        from romp_core.worker.commands import Progressed

        assert self.outcome is not None and self._steps is not None, "see `end`"
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                self.progress = Progressed(MAKING, next(self._steps), 1.0, 0.0, 0.0)
        except StopIteration as end:
            self.outcome.hint = " ".join(filter(None, (self.outcome.hint, end.value)))
            return True
        except Exception as error:
            log.exception("the outcome of %s could not be applied", self.title)
            self.outcome.fail(error)
            return True
        return False

    def complete(self) -> None:
        """Let the outcome act on the scene at once."""
        self.advance(math.inf)

    def abandon(self) -> None:
        """Take back what the outcome did to the scene so far."""
        if self.outcome is not None and self._steps is not None:
            self._steps.close()
            self._steps = _steps_of(lambda outcome: "", self.outcome)
            self.outcome.kind = "cancelled"
            self.outcome.sentence, self.outcome.hint = "Cancelled. No characters were made.", "Make Characters does it."


def _steps_of(then: Then, outcome: Outcome) -> Steps[str]:
    found = then(outcome)
    return (yield from found) if isinstance(found, Generator) else found
