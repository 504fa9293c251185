"""Tracks people by their position and size in the image and by their appearance.

A detection is matched by where its person is expected by now, and by appearance; after an absence, appearance alone
decides more and more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from ..typing import Array
from .appearance import LEARNED_PER_FRAME, MAX_RETURNED, MAX_TRACKED, MEMORY_S, blend, difference
from .assignment import unique_pairs
from .base import ImageDetection

_REACH, _REACH_PER_S = 0.4, 2.5
"""Largest prediction error, in body sizes: at once, and more per second of absence (a sprinter does five)."""

_COAST_S = 0.5
_GROWTH, _GROWTH_PER_S = math.log(1.5), 1.0
_RETURN_S = 0.4
"""Who has been away for longer returns, and is compared more strictly."""
_LOST_S = 10.0
_APPEARANCE_WEIGHT = 2.0
_MAX_COST = 1.75
_RIVAL_MARGIN = 0.1
_VELOCITY_S = 0.15


class _Person:
    """State of one person; `located` is False after a cut, until the next detection."""

    def __init__(self, id: int, detection: ImageDetection, time: float) -> None:
        self.id = id
        self.center, self.size, self.appearance = detection.center, detection.size, detection.appearance
        self.velocity = np.zeros(2)
        self.time = time
        self.located = True

    def update(self, detection: ImageDetection, time: float, unoccluded: bool) -> None:
        """Add a matched detection; the appearance is updated only while nobody is in front."""
        elapsed = time - self.time
        if self.located and 0 < elapsed < _RETURN_S:
            share = 1 - math.exp(-elapsed / _VELOCITY_S)
            self.velocity = self.velocity + share * ((detection.center - self.center) / elapsed - self.velocity)
        else:
            self.velocity = np.zeros(2)
        self.center, self.size, self.time, self.located = detection.center, detection.size, time, True
        if unoccluded:
            self.appearance = blend(self.appearance, detection.appearance, LEARNED_PER_FRAME)

    def cost(self, detection: ImageDetection, time: float) -> float:
        """Cost of the match; infinite when the detection cannot be this person."""
        away = time - self.time
        if away > _RETURN_S and not detection.starts_track:
            return math.inf
        appearance = difference(self.appearance, detection.appearance)
        limit = MAX_TRACKED if self.located and away < _RETURN_S else MAX_RETURNED
        if appearance > limit:
            return math.inf
        if not self.located:
            return _APPEARANCE_WEIGHT * appearance
        expected = self.center + self.velocity * min(away, _COAST_S)
        error = float(np.hypot(*(detection.center - expected))) / (self.size * (_REACH + _REACH_PER_S * away))
        growth = abs(math.log(detection.size / self.size)) / (_GROWTH + _GROWTH_PER_S * away)
        if error > 1 or growth > 1:
            return math.inf
        return error + _APPEARANCE_WEIGHT * appearance


class ImageTracker:
    """The people of a piece of footage; see `base.Tracker`."""

    def __init__(self) -> None:
        self._known: dict[int, _Person] = {}
        self._next = 0

    def assign(self, detections: Sequence[ImageDetection], time: float) -> list[int | None]:
        """See `Tracker`."""
        self._known = {id: one for id, one in self._known.items() if time - one.time <= MEMORY_S}
        people = list(self._known.values())
        costs = np.array([[one.cost(detection, time) for detection in detections] for one in people])
        pairs = unique_pairs(costs.reshape(len(people), len(detections)), _MAX_COST)
        ids: list[int | None] = [None] * len(detections)
        for row, column in pairs:
            rivals = [people[r].id for r, c in pairs if c != column and detections[c].overlaps(detections[column])]
            if self.may_show(people[row].id, detections[column].appearance, rivals):
                ids[column] = people[row].id
        for column, detection in enumerate(detections):
            others = [other for k, other in enumerate(detections) if k != column]
            if (id := ids[column]) is not None:
                self._known[id].update(detection, time, unoccluded=not any(map(detection.overlaps, others)))
            elif detection.starts_track and column not in {c for _, c in pairs}:
                ids[column] = self._next
                self._known[self._next] = _Person(self._next, detection, time)
                self._next += 1
        return ids

    def may_show(self, id: int, appearance: Array, rivals: Iterable[int]) -> bool:
        """Whether a detection of this appearance may be this person, rather than one of the rivals in front."""
        own = difference(self._known[id].appearance, appearance)
        nearest = min((difference(self._known[rival].appearance, appearance) for rival in rivals), default=1.0)
        return own <= MAX_TRACKED and own <= nearest + _RIVAL_MARGIN

    def update_occluded(self, id: int, detection: ImageDetection, time: float) -> None:
        """Add a detection of a person behind somebody: it counts for the position, not for the appearance."""
        self._known[id].update(detection, time, unoccluded=False)

    def recently_lost(self, time: float) -> bool:
        """Whether a track was lost a short while ago."""
        return any(0 < time - one.time - _RETURN_S < _LOST_S for one in self._known.values())

    def new_shot(self) -> None:
        """Places mean nothing any more; people are recognized by their appearance unoccluded."""
        for one in self._known.values():
            one.located = False
