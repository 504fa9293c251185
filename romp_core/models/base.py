"""The one interface of every model, and what the program needs to know about it before it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ..people import Frame, People
from ..take import FootageInfo


class Estimator(Protocol):
    """Finds people in a stream of frames.

    Attributes:
        provider: the onnxruntime execution provider that actually runs, for the user to see.
    """

    provider: str

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order; frames are pulled lazily, so memory stays bounded."""
        ...


@dataclass(frozen=True)
class ModelCard:
    """A model as the user sees it.

    Attributes:
        name: registry key; label: shown in lists; description: one line.
        licence: licence line shown before use and stamped into takes.
        open: builds the estimator; arguments are the footage and the most people to follow (0: all).
        weights: file name -> sha256 of the weights in use.
    """

    name: str
    label: str
    description: str
    licence: str
    open: Callable[[FootageInfo, int], Estimator]
    weights: Callable[[], dict[str, str]]
