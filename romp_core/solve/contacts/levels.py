"""How high above the floor feet stand: on the floor itself, or where the user says, such as on a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...typing import Array
from ..segments import nearest_of
from .detection import runs


@dataclass(frozen=True)
class Levels:
    """What the feet of a person stand on.

    Attributes:
        own: (m, 2) heights that the user gave, meters of the world; not a number where they gave none.
        floor: height of what the others stand on, unless they are clearly on something else.
    """

    own: Array
    floor: float = 0.0

    @property
    def given(self) -> Array:
        """(m, 2) bool: the user says of the foot how high it stands."""
        return np.isfinite(self.own)

    def part(self, part: slice) -> Levels:
        """Of these frames only."""
        return Levels(self.own[part], self.floor)


def usual_levels(contacts: Array) -> Levels:
    """Levels of feet (m, 2) of which the user decided nothing."""
    return Levels(np.full(contacts.shape, np.nan))


def stands(contacts: Array, levels: Array) -> Iterator[tuple[int, slice, float]]:
    """Every stand of a foot: the foot, its frames, and the level that the user gave it, else not a number.

    A level that was given for a part of a stand is that of all of it; with several, the stand is several.
    """
    for foot in (0, 1):
        for start, stop in runs(contacts[:, foot]):
            given = start + np.flatnonzero(np.isfinite(levels[start:stop, foot]))
            if not len(given):
                yield foot, slice(start, stop), np.nan
                continue
            own = levels[given[nearest_of(given - start, stop - start)], foot]
            edges = [start, *(start + 1 + np.flatnonzero(np.diff(own))), stop]
            for first, last in pairwise(edges):
                yield foot, slice(int(first), int(last)), float(own[first - start])
