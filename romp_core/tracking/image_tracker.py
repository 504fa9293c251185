"""Tracks people by their position and size in the image and by their appearance.

The cost of a pair is the negative log-likelihood of the detection under the person's prediction, as in
`space_tracker`: who has been away may be anywhere near, so appearance decides more and more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from ..typing import Array
from .appearance import LEARNED_PER_FRAME, MAX_RETURNED, MAX_TRACKED, MEMORY_S, blend, difference
from .assignment import unique_pairs
from .base import ImageDetection
from .image_motion import ImageMotion

_REACH, _REACH_PER_S = 0.4, 2.5
"""The largest error of a prediction, in body sizes, at once and more per second of absence (a sprinter does five)."""

_GROWTH, _GROWTH_PER_S = math.log(1.5), 1.0
"""The same of the logarithm of the size."""

_NOISE, _CONTESTED_NOISE, _HIDDEN_NOISE = 0.02, 0.2, 0.2
"""Standard deviation of a detection's center in body sizes: of somebody by themselves, beside somebody else, and more
with the share that is hidden."""

_CONTESTED = 0.35
"""People nearer to each other than this, in body sizes, may be taken for each other."""

_SHAPE_STD, _SHAPE_STD_PER_S, _LEAST_JOINTS = 0.03, 0.5, 4
"""Change of a pose in body sizes, the mean of its joints."""

_APPEARANCE_STD = 0.2
_SEEN_S = 0.1
"""Who has been away for longer returns, and is compared more strictly."""

_LOST_S = 10.0
_MAX_COST = 15.0
"""Of a match: to find nobody is likelier than a match that costs more."""

_SWITCH_COST = 3.0
"""Of a detection in somebody else's region."""

_RIVAL_MARGIN = 0.15

_LIKE, _UNLIKE = 0.25, 0.35
"""Up to this difference it is clearly the same person; beyond this one it may be somebody else."""

_DOUBTFUL_SHARE = 0.1
"""Of what is learned else where it may be somebody else."""


class _Person:
    """State of one person; `located` is False after a cut, until the next detection."""

    def __init__(self, id: int, detection: ImageDetection, time: float) -> None:
        self.id, self.appearance = id, detection.appearance
        self.motion = ImageMotion(detection.center, detection.size, time, _NOISE)
        self.located = True
        self.shape = detection.shape

    def update(self, detection: ImageDetection, time: float, noise: float) -> None:
        """Add a matched detection; the appearance is learned only while nobody is in front."""
        if self.located and self.within_reach(detection, self.motion.time + _SEEN_S):
            self.motion.update(detection.center, detection.size, time, noise)
        else:
            self.motion = ImageMotion(detection.center, detection.size, time, noise)
        self.located, self.shape = True, detection.shape
        if not detection.hidden:
            doubtful = difference(self.appearance, detection.appearance) > _UNLIKE
            share = LEARNED_PER_FRAME * (_DOUBTFUL_SHARE if doubtful else 1.0)
            self.appearance = blend(self.appearance, detection.appearance, share)

    def within_reach(self, detection: ImageDetection, time: float) -> bool:
        """False when the detection is too far away, or of another size."""
        away = time - self.motion.time
        return not self.located or (
            self.motion.error(detection.center, time) < _REACH + _REACH_PER_S * away
            and self.motion.growth(detection.size) < _GROWTH + _GROWTH_PER_S * away
        )

    def cost(self, detection: ImageDetection, difference: float, time: float, noise: float) -> float:
        """Cost of the match with a detection within reach; infinite when its appearance is not this person's.

        Args:
            difference: of both appearances. noise: see `ImageMotion.update`.
        """
        away = time - self.motion.time
        if difference > (MAX_TRACKED if self.located and away < _SEEN_S else MAX_RETURNED):
            return math.inf
        cost = (difference / _APPEARANCE_STD) ** 2 / 2
        if detection.source not in (None, self.id):
            cost += _SWITCH_COST
        if self.located:
            cost += self.motion.cost(detection.center, detection.size, time, noise)
            cost += _shape_cost(self.shape, detection.shape, away)
        return cost


def _shape_cost(before: Array | None, now: Array | None, elapsed: float) -> float:
    """Negative log-likelihood of a pose: people take another one little by little."""
    if before is None or now is None:
        return 0.0
    gaps = np.linalg.norm(now - before, axis=1)
    gaps = gaps[np.isfinite(gaps)]
    if len(gaps) < _LEAST_JOINTS:
        return 0.0
    return float(gaps.mean() / (_SHAPE_STD + _SHAPE_STD_PER_S * elapsed)) ** 2 / 2


class ImageTracker:
    """The people of a piece of footage; see `base.Tracker`."""

    def __init__(self) -> None:
        self._known: dict[int, _Person] = {}
        self._next = 0

    def assign(self, detections: Sequence[ImageDetection], time: float) -> list[int | None]:
        """See `Tracker`."""
        self._known = {id: one for id, one in self._known.items() if time - one.motion.time <= MEMORY_S}
        people = list(self._known.values())
        noise = [self._noise(detection, time) for detection in detections]
        pairs = unique_pairs(self._costs(people, detections, noise, time), _MAX_COST)
        ids: list[int | None] = [None] * len(detections)
        for row, column in pairs:
            ids[column] = people[row].id
        # Whoever is in the region of somebody who was recognized elsewhere is another person.
        recognized = {ids[column] for _, column in pairs if detections[column].source is None}
        for column, detection in enumerate(detections):
            if (id := ids[column]) is not None:
                self._known[id].update(detection, time, noise[column])
            elif detection.starts_track or detection.source in recognized:
                ids[column] = self._next
                self._known[self._next] = _Person(self._next, detection, time)
                self._next += 1
        return ids

    @staticmethod
    def _costs(people: list[_Person], detections: Sequence[ImageDetection], noise: list[float], time: float) -> Array:
        """(people, detections); infinite also where somebody else who may be there looks clearly more like it.

        And where somebody was found there who is not known yet, and looks clearly more like the person.
        """
        costs = np.full((len(people), len(detections)), math.inf)
        unlike = costs.copy()
        found = np.full(len(people), 1.0)
        for column, detection in enumerate(detections):
            rows = [row for row, one in enumerate(people) if one.within_reach(detection, time)]
            differences = [difference(people[row].appearance, detection.appearance) for row in rows]
            if detection.source is None:
                found[rows] = np.minimum(found[rows], differences)
            for row, own in zip(rows, differences, strict=True):
                unlike[row, column] = own
                if own <= min(differences) + _RIVAL_MARGIN:
                    costs[row, column] = people[row].cost(detection, own, time, noise[column])
        unlike[:, [detection.hidden > 0 for detection in detections]] = 0
        return np.where(unlike > found[:, None] + _RIVAL_MARGIN, math.inf, costs)

    def _noise(self, detection: ImageDetection, time: float) -> float:
        near = [self._contested(one, detection.center, time) for one in self._known.values()]
        return (_CONTESTED_NOISE if sum(near) > 1 else _NOISE) + _HIDDEN_NOISE * detection.hidden

    def _contested(self, one: _Person, center: Array, time: float) -> bool:
        return one.located and time - one.motion.time < _LOST_S and one.motion.error(center, time) < _CONTESTED

    def expected(self, id: int, time: float) -> Array:
        """(2,) pixels: where the middle of this person should be."""
        return self._known[id].motion.expected(time)

    def contested(self, id: int, time: float) -> bool:
        """Whether somebody else is near enough to be taken for this person."""
        center = self.expected(id, time)
        return any(self._contested(one, center, time) for one in self._known.values() if one.id != id)

    def may_show(self, id: int, appearance: Array, rivals: Iterable[int]) -> bool:
        """Whether a detection of this appearance may be this person, rather than one of the rivals in front."""
        own = difference(self._known[id].appearance, appearance)
        nearest = min((difference(self._known[rival].appearance, appearance) for rival in rivals), default=1.0)
        return own <= MAX_TRACKED and own <= nearest + _RIVAL_MARGIN

    def rather(self, id: int, other: int, appearance: Array) -> bool:
        """Whether an appearance is rather that of the first of two people, or at least not clearly the other's."""
        first, second = (difference(self._known[each].appearance, appearance) for each in (id, other))
        return second > min(first, _LIKE)

    def join(self, id: int, later: int) -> bool:
        """Take two people for one, the first, if they look alike; False if they do not."""
        one, other = self._known[id], self._known[later]
        if difference(one.appearance, other.appearance) > MAX_RETURNED:
            return False
        one.motion, one.located, one.shape = other.motion, other.located, other.shape
        del self._known[later]
        return True

    def recently_lost(self, time: float) -> bool:
        """Whether a track was lost a short while ago."""
        return any(0 < time - one.motion.time < _LOST_S for one in self._known.values())

    def new_shot(self) -> None:
        """See `Tracker`."""
        for one in self._known.values():
            one.located = False
