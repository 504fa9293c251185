"""Who is who over time: sightings of people get the ids of the people seen before, or new ones.

Shared by all models that give people frame by frame. A sighting is matched by where its person should be by now
and by its looks; a person who has been away is recognized by looks alone as the time away grows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..typing import Array
from .appearance import blend, difference
from .assignment import unique_pairs

MEMORY_S = 30.0
"""People who have been away for longer are forgotten."""

_REACH, _REACH_PER_S = 0.4, 2.5
"""Largest surprise in place, in body sizes: at once, and more per second away (a sprinter does five)."""

_COAST_S = 0.5
_GROWTH, _GROWTH_PER_S = math.log(1.5), 1.0
LOOKS_TRACKED, LOOKS_RETURNED = 0.75, 0.45
"""The same person differs less from the sighting before, and from one of more than `_RETURN_S` ago."""

_RETURN_S = 0.4
_MISSED_S = 10.0
_LOOKS_WEIGHT = 2.0
_MOST_COST = 1.75
_STOLEN_MARGIN = 0.1
_VELOCITY_S = 0.15
LOOKS_SHARE = 0.1
"""How much of the looks is learnt anew in a frame."""


@dataclass(frozen=True)
class Sighting:
    """A person seen in one frame.

    Attributes:
        center: (2,) pixels, the middle of the body. size: pixels, about the body's height.
        looks: see `appearance.signature`.
        detected: False when it was only found by following somebody, so it cannot be a new person.
    """

    center: Array
    size: float
    looks: Array
    detected: bool = True

    def overlaps(self, other: Sighting) -> bool:
        """True when one of the two may hide a part of the other."""
        return bool(np.hypot(*(self.center - other.center)) < 0.5 * max(self.size, other.size))


class Identity:
    """What is known of one person."""

    def __init__(self, id: int, sighting: Sighting, time: float) -> None:
        self.id = id
        self.center, self.size, self.looks = sighting.center, sighting.size, sighting.looks
        self.velocity = np.zeros(2)
        self.time = time
        self.placed = True

    def update(self, sighting: Sighting, time: float, alone: bool) -> None:
        """Take over a matched sighting; looks are learnt only while nobody is in front."""
        elapsed = time - self.time
        if self.placed and 0 < elapsed < _RETURN_S:
            share = 1 - math.exp(-elapsed / _VELOCITY_S)
            self.velocity = self.velocity + share * ((sighting.center - self.center) / elapsed - self.velocity)
        else:
            self.velocity = np.zeros(2)
        self.center, self.size, self.time, self.placed = sighting.center, sighting.size, time, True
        if alone:
            self.looks = blend(self.looks, sighting.looks, LOOKS_SHARE)

    def cost(self, sighting: Sighting, time: float) -> float:
        """How badly the sighting fits; infinite when it cannot be this person."""
        away = time - self.time
        if away > _RETURN_S and not sighting.detected:
            return math.inf
        looks = difference(self.looks, sighting.looks)
        most = LOOKS_TRACKED if self.placed and away < _RETURN_S else LOOKS_RETURNED
        if looks > most:
            return math.inf
        if not self.placed:
            return _LOOKS_WEIGHT * looks
        expected = self.center + self.velocity * min(away, _COAST_S)
        surprise = float(np.hypot(*(sighting.center - expected))) / (self.size * (_REACH + _REACH_PER_S * away))
        growth = abs(math.log(sighting.size / self.size)) / (_GROWTH + _GROWTH_PER_S * away)
        if surprise > 1 or growth > 1:
            return math.inf
        return surprise + _LOOKS_WEIGHT * looks


class Identities:
    """The people of a piece of footage."""

    def __init__(self) -> None:
        self._known: dict[int, Identity] = {}
        self._next = 0

    def assign(self, sightings: Sequence[Sighting], time: float) -> list[int | None]:
        """Ids of the sightings of one frame, unique; None for those that are nobody to be counted on.

        Args:
            time: seconds, increasing from call to call.
        """
        self._known = {id: one for id, one in self._known.items() if time - one.time <= MEMORY_S}
        people = list(self._known.values())
        costs = np.array([[one.cost(sighting, time) for sighting in sightings] for one in people])
        pairs = unique_pairs(costs.reshape(len(people), len(sightings)), most=_MOST_COST)
        ids: list[int | None] = [None] * len(sightings)
        for row, column in pairs:
            rivals = [people[r].id for r, c in pairs if c != column and sightings[c].overlaps(sightings[column])]
            if self.belongs(people[row].id, sightings[column].looks, rivals):
                ids[column] = people[row].id
        for column, sighting in enumerate(sightings):
            others = [other for k, other in enumerate(sightings) if k != column]
            if (id := ids[column]) is not None:
                self._known[id].update(sighting, time, alone=not any(map(sighting.overlaps, others)))
            elif sighting.detected and column not in {c for _, c in pairs}:
                ids[column] = self._next
                self._known[self._next] = Identity(self._next, sighting, time)
                self._next += 1
        return ids

    def belongs(self, id: int, looks: Array, rivals: Iterable[int]) -> bool:
        """True when a sighting may show this person; False when it shows one of the rivals, in front of them."""
        own = difference(self._known[id].looks, looks)
        nearest = min((difference(self._known[rival].looks, looks) for rival in rivals), default=1.0)
        return own <= LOOKS_TRACKED and own <= nearest + _STOLEN_MARGIN

    def glimpse(self, id: int, sighting: Sighting, time: float) -> None:
        """A known person was seen behind somebody: note the place, but learn no looks."""
        self._known[id].update(sighting, time, alone=False)

    def missed(self, time: float) -> bool:
        """True when somebody went out of sight a short while ago."""
        return any(0 < time - one.time - _RETURN_S < _MISSED_S for one in self._known.values())

    def new_shot(self) -> None:
        """Places mean nothing any more; people are recognized by their looks alone."""
        for one in self._known.values():
            one.placed = False
