"""What a caller of a job may want to hear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..take.take import FootageInfo
from ..typing import Array
from .progress import Progress, ProgressListener


class Listener(ProgressListener, Protocol):
    """Hears of a capture, besides its progress."""

    def started(self, info: FootageInfo, model: str, provider: str, expected: int, remark: str) -> None:
        """The footage is open and the model is loaded.

        Args:
            expected: number of frames, 0 when it is not known. remark: what the user should know; may be empty.
        """

    def preview(self, ids: Array, joints: Array) -> None:
        """A rough pose of the latest frame: ids (P,), joints (P, 24, 3) meters, z up, camera at the origin."""

    def saving(self) -> None:
        """The capture was cancelled; what there is of it is being saved."""


class ProgressOnly:
    """A listener that hands progress to a function, if there is one, and ignores the rest."""

    def __init__(self, function: Callable[[Progress], None] | None) -> None:
        self._function = function

    def progress(self, progress: Progress) -> None:
        if self._function is not None:
            self._function(progress)

    def started(self, info: FootageInfo, model: str, provider: str, expected: int, remark: str) -> None: ...

    def preview(self, ids: Array, joints: Array) -> None: ...

    def saving(self) -> None: ...
