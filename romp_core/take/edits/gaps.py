"""Single gaps, decided by hand: what the character does while the person is not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...typing import Array
from ..observations import Observations
from ..settings import GAP_CHOICES

DECISIONS: Final = tuple(GAP_CHOICES)


@dataclass(frozen=True)
class GapEdit:
    """The gap of a person in which a second of the footage lies is treated like this: one of `DECISIONS`."""

    person: int
    second: float
    decision: str


def gaps_of(observations: Observations, times: Array) -> list[tuple[float, float]]:
    """When somebody is last seen before each gap, and first seen after it, seconds.

    Args:
        times: (T,) seconds of the footage's frames.
    """
    frames = observations.frame_index
    rows = np.flatnonzero(np.diff(frames) > 1)
    return [(float(times[frames[row]]), float(times[frames[row + 1]])) for row in rows]
