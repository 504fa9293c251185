"""Tracks people by their position in the image, depth and scale, and by their appearance if known.

The cost of a pair is the negative log-likelihood of the detection under the person's prediction (Bar-Shalom, Li,
"Multitarget-Multisensor Tracking", 1995): the position of somebody who has been away is uncertain, so a hidden person
does not take the detection of the one in front.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..typing import Array
from .appearance import LEARNED_PER_FRAME, MAX_RETURNED, MAX_TRACKED, MEMORY_S, blend, difference
from .assignment import unique_pairs
from .base import SpaceDetections
from .kalman import DEPTH_UNITS, POSITION_UNITS, SCALE_UNITS, STEPS_PER_S, Kalman, measurements

POSITION_MEMORY_S = 2.5
"""Who has been away for longer is not recognized by position any more."""

_UNCONFIRMED_S = 0.35
"""Who was detected only once is forgotten after this."""

_COAST_S = 0.4
"""People are predicted to move on for this long when they are not detected."""

_BODY_HEIGHT = 1.7 * POSITION_UNITS / SCALE_UNITS
"""Height of a person in the image, in units of the tracked scale."""

_POSITION_STD, _POSITION_STD_PER_S, _POSITION_REACH = 0.08, 0.35, 5.0
"""In body heights; people are looked for within so many standard deviations (a sprinter does five heights a second)."""

_DEPTH_STD, _DEPTH_STD_PER_S, _DEPTH_REACH = 0.08, 0.25, 7.0
"""Of the logarithm of depth."""

_COVER = 0.3
_UNCONFIRMED_COST = 2.0
_APPEARANCE_STD, _APPEARANCE_UNKNOWN = 0.2, 0.3
_MAX_COST = 50.0
"""More than any pair within reach is likely to cost, so that as many people as possible are recognized."""

_NEAREST = 0.2 * DEPTH_UNITS
_SMALLEST = 0.01 * SCALE_UNITS


class _Person:
    def __init__(self, id: int, point: Array, appearance: Array | None, time: float) -> None:
        self.id, self.appearance, self.time = id, appearance, time
        self.state: Kalman | None = Kalman(point)
        self.confirmed = False

    def update(self, point: Array, appearance: Array | None, time: float) -> None:
        away = time - self.time
        if self.state is None or away > _COAST_S:
            self.state = Kalman(point)
        else:
            self.state.predict(away * STEPS_PER_S)
            self.state.update(point)
        if appearance is not None:
            known = self.appearance
            self.appearance = appearance if known is None else blend(known, appearance, LEARNED_PER_FRAME)
        self.time, self.confirmed = time, True

    def expected(self, time: float) -> Array:
        """(4,) point; unknown in a new shot."""
        if self.state is None:
            return np.full(4, np.nan)
        position, velocity = self.state.mean
        return np.asarray(position + velocity * min(time - self.time, _COAST_S) * STEPS_PER_S)

    def remembered(self, time: float, frame_s: float) -> bool:
        if not self.confirmed:
            memory = max(_UNCONFIRMED_S, 1.5 * frame_s)
        elif self.appearance is not None:
            memory = MEMORY_S
        else:
            memory = POSITION_MEMORY_S if self.state else 0.0
        return time - self.time <= memory


class SpaceTracker:
    """The people of a piece of footage; see `base.Tracker`. A track starts with the first detection.

    Args:
        min_score: people of lower confidence continue a track, but start none.
    """

    def __init__(self, min_score: float = 0.12) -> None:
        self.min_score = min_score
        self._people: list[_Person] = []
        self._next = 0
        self._time: float | None = None

    def assign(self, detections: SpaceDetections, time: float) -> list[int | None]:
        """See `Tracker`."""
        frame_s = 0.0 if self._time is None else time - self._time
        self._time = time
        self._people = [one for one in self._people if one.remembered(time, frame_s)]
        points = measurements(detections.cams, detections.depth)
        usable = np.isfinite(points).all(axis=1)
        points[:, 3] = np.maximum(points[:, 3], _SMALLEST)
        given = detections.appearances
        appearances = [None] * len(points) if given is None else unoccluded(points, given)
        ids: list[int | None] = [None] * len(points)
        confident = usable & (np.asarray(detections.scores) >= self.min_score)
        waiting = list(self._people)
        for group in (np.flatnonzero(confident), np.flatnonzero(usable & ~confident)):
            costs = self._costs(waiting, points[group], [appearances[i] for i in group], time)
            pairs = unique_pairs(costs, _MAX_COST)
            for row, column in pairs:
                i = int(group[column])
                waiting[row].update(points[i], appearances[i], time)
                ids[i] = waiting[row].id
            matched = {row for row, _ in pairs}
            waiting = [one for row, one in enumerate(waiting) if row not in matched]
        for i in np.flatnonzero(confident).tolist():
            if ids[i] is None:
                ids[i] = self._next
                self._people.append(_Person(self._next, points[i], appearances[i], time))
                self._next += 1
        return ids

    def new_shot(self) -> None:
        """See `Tracker`."""
        for one in self._people:
            one.state = None

    @staticmethod
    def _costs(people: list[_Person], points: Array, appearances: list[Array | None], time: float) -> Array:
        """(people, points) negative log-likelihoods, infinite where the two cannot be the same person."""
        if not people or not len(points):
            return np.zeros((len(people), len(points)))
        expected = np.stack([one.expected(time) for one in people])[:, None]
        away = np.array([time - one.time for one in people])[:, None]
        growth = away * np.array([[_POSITION_STD_PER_S], [_DEPTH_STD_PER_S]])[:, None]
        position_std, depth_std = growth + np.array([[_POSITION_STD], [_DEPTH_STD]])[:, None]
        height = _BODY_HEIGHT * np.maximum(expected[..., 3], _SMALLEST)
        position = np.hypot(*np.moveaxis(points[:, :2] - expected[..., :2], -1, 0)) / height / position_std
        depths = np.log(np.maximum(points[:, 2], _NEAREST)) - np.log(np.maximum(expected[..., 2], _NEAREST))
        depth = np.abs(depths) / depth_std
        uncertainty = 2 * np.log(position_std / _POSITION_STD) + np.log(depth_std / _DEPTH_STD)
        unlikely = np.where((position > _POSITION_REACH) | (depth > _DEPTH_REACH), np.inf, (position**2 + depth**2) / 2)
        unconfirmed = np.where([[one.confirmed] for one in people], 0.0, _UNCONFIRMED_COST)
        located = np.array([[one.state is not None] for one in people])
        costs = np.where(located, unlikely, 0.0) + uncertainty + unconfirmed
        alike = np.full(costs.shape, np.nan)
        for row, column in zip(*np.nonzero(np.isfinite(costs)), strict=True):
            alike[row, column] = _difference(people[row].appearance, appearances[column])
        costs += (np.where(np.isnan(alike), _APPEARANCE_UNKNOWN, alike) / _APPEARANCE_STD) ** 2 / 2
        by_appearance = ~located | (away > POSITION_MEMORY_S)
        differs = np.where(by_appearance, ~(alike <= MAX_RETURNED), alike > MAX_TRACKED)
        costs[differs] = np.inf
        return costs


def unoccluded(points: Array, appearances: Sequence[Array]) -> list[Array | None]:
    """The appearance of everybody who is not behind somebody nearer, whose clothes would be taken for theirs."""
    apart = np.hypot(*np.moveaxis(points[:, None, :2] - points[:, :2], -1, 0))
    heights = _BODY_HEIGHT * points[:, 3]
    behind = (apart < _COVER * np.maximum(heights[:, None], heights)) & (points[:, None, 2] > points[:, 2])
    return [None if covered else one for covered, one in zip(behind.any(axis=1), appearances, strict=True)]


def _difference(a: Array | None, b: Array | None) -> float:
    """Of two appearances, 0 to 1; not a number when they cannot be compared."""
    if a is None or b is None or not (a.any(axis=1) & b.any(axis=1)).any():
        return np.nan
    return difference(a, b)
