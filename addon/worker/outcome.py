"""How a job ended, for the panel and for whoever started it."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..blender.paths import printable

if TYPE_CHECKING:
    from romp_core.worker.commands import Ended


@dataclass
class Outcome:
    """The end of a job.

    Attributes:
        kind: "finished", "cancelled" or "failed".
        take: path of the whole or partial take, "" when there is none.
        sentence, hint: for the user.
        log: path of the worker's log.
        details: whether the log is worth reading.
        result: what a job found that makes no take.
        job: kind of the job's command, "" where none was started.
    """

    kind: str
    take: str = ""
    sentence: str = ""
    hint: str = ""
    log: str = ""
    details: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    job: str = ""

    @property
    def text(self) -> str:
        """Sentence and hint in one line."""
        return printable(f"{self.sentence} {self.hint}".strip())

    def fail(self, error: Exception) -> None:
        """Turn into a failure because of what went wrong after the worker had ended, or while it was read.

        The traceback of an unexpected error is appended to the log.
        """
        from romp_core.errors import MocapError

        self.kind, self.details = "failed", True
        if isinstance(error, MocapError):
            self.sentence, self.hint = error.sentence, error.hint
            return
        self.sentence, self.hint = f"Unexpected error ({type(error).__name__}: {error}).", "The log has the details."
        if self.log:
            with open(self.log, "a", encoding="utf-8") as file:
                traceback.print_exception(error, file=file)


_NOTHING_DONE = {
    "capture": "Cancelled before anybody was captured. Nothing was kept.",
    "import_results": "Cancelled. Nothing was imported.",
    "self_test": "The self-test was cancelled.",
    "solve": "Cancelled. The take file is as it was.",
    "add_parts": "Cancelled. The take file is as it was.",
    "refine": "Cancelled. The take is as it was.",
}
"""What a cancelled job that left no take says, by the kind of its command."""


def outcome_of(event: Ended, log: str, kind: str) -> Outcome:
    """The outcome that a worker's last event describes.

    Args:
        kind: of the job's command, see `romp_core.worker.commands.kind_of`.
    """
    from romp_core.worker.commands import Failed, Finished

    if isinstance(event, Finished):
        return Outcome("finished", event.take, event.report, "", log, event.details, dict(event.result), kind)
    if isinstance(event, Failed):
        return Outcome("failed", event.take, event.sentence, event.hint, event.log or log, True, job=kind)
    return Outcome("cancelled", event.take, "" if event.take else _NOTHING_DONE.get(kind, ""), log=log, job=kind)
