"""How a job ended, for the panel and for whoever started it."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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


def outcome_of(header: Mapping[str, Any], log: str) -> Outcome:
    """The outcome that a worker's last message describes."""
    kind = header["type"]
    return Outcome(
        kind,
        header.get("take") or "",
        header.get("sentence") or header.get("report") or "",
        header.get("hint") or "",
        header.get("log") or log,
        kind == "failed" or bool(header.get("details")),
        header.get("result") or {},
    )
