"""What a caller of a job may want to hear."""

from __future__ import annotations

from typing import Protocol

from ..take.take import FootageInfo
from ..typing import Array
from .progress import ProgressListener


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
