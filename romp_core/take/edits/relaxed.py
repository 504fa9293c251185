"""Hands and faces that were seen wrongly: stretches of time in which they are relaxed instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ...typing import Array
from ..observations import Observations
from ..settings import RELAXED_PARTS


@dataclass(frozen=True)
class RelaxEdit:
    """One of `settings.RELAXED_PARTS` of a person is relaxed from `start` to `end` second of the footage."""

    person: int
    part: str
    start: float
    end: float


def without_relaxed(observations: Observations, edits: Iterable[RelaxEdit], times: Array) -> Observations:
    """The observations without hands and faces where they are to be relaxed.

    Args:
        edits: of the person. times: (T,) seconds of the footage's frames.
    """
    at, hands, face = times[observations.frame_index], observations.hand_presence, observations.face_presence
    for edit in edits:
        rows = (at >= edit.start - 1e-6) & (at <= edit.end + 1e-6)
        if edit.part == "face":
            face = None if face is None else np.where(rows, 0, face)
        elif hands is not None:
            hands = hands.copy()
            hands[rows, list(RELAXED_PARTS).index(edit.part)] = 0
    return replace(observations, hand_presence=hands, face_presence=face)
