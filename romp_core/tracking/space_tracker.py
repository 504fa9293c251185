"""Who is who over time, for every model that gives people frame by frame: place, depth, scale, and looks if known.

The cost of a pair is the negative log-likelihood of the sighting under the person's prediction (Bar-Shalom, Li,
"Multitarget-Multisensor Tracking", 1995): it knows that the place of somebody who has been away is uncertain, so that
a hidden person does not take over the sighting of the one in front.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..typing import Array
from .appearance import blend, body_points, difference, signatures
from .assignment import unique_pairs
from .image_tracker import LOOKS_RETURNED, LOOKS_SHARE, LOOKS_TRACKED, MEMORY_S
from .kalman import DEPTH_UNITS, PLACE_UNITS, SCALE_UNITS, STEPS_PER_S, Kalman, observations

PLACE_MEMORY_S = 2.5
"""Who has been away for longer is not recognized by place any more."""

_GLIMPSE_S = 0.35
"""Who was seen only once is forgotten after this."""

_COAST_S = 0.4
"""People are expected to walk on for this long when they are out of sight."""

_BODY_HEIGHT = 1.7 * PLACE_UNITS / SCALE_UNITS
"""Height of a person in the picture, in units of the tracked scale."""

_PLACE_STD, _PLACE_STD_PER_S, _PLACE_REACH = 0.08, 0.35, 5.0
"""In body heights; people are looked for within so many standard deviations (a sprinter does five heights a second)."""

_DEPTH_STD, _DEPTH_STD_PER_S, _DEPTH_REACH = 0.08, 0.25, 7.0
"""Of the logarithm of depth."""

_COVER = 0.3
_GLIMPSE_COST = 2.0
_LOOKS_STD, _LOOKS_UNKNOWN = 0.2, 0.3
_MOST_COST = 50.0
"""More than any pair within reach is likely to cost, so that as many people as possible are recognized."""

_SHOULDERS, _HIPS, _KNEES, _ANKLES = [16, 17], [1, 2], [4, 5], [7, 8]
_NEAREST = 0.2 * DEPTH_UNITS
_SMALLEST = 0.01 * SCALE_UNITS


class _Person:
    def __init__(self, id: int, point: Array, looks: Array | None, time: float) -> None:
        self.id, self.looks, self.time = id, looks, time
        self.state: Kalman | None = Kalman(point)
        self.confirmed = False

    def update(self, point: Array, looks: Array | None, time: float) -> None:
        away = time - self.time
        if self.state is None or away > _COAST_S:
            self.state = Kalman(point)
        else:
            self.state.predict(away * STEPS_PER_S)
            self.state.update(point)
        if looks is not None:
            self.looks = looks if self.looks is None else blend(self.looks, looks, LOOKS_SHARE)
        self.time, self.confirmed = time, True

    def expected(self, time: float) -> Array:
        """(4,) point; unknown in a new shot."""
        if self.state is None:
            return np.full(4, np.nan)
        place, velocity = self.state.mean
        return np.asarray(place + velocity * min(time - self.time, _COAST_S) * STEPS_PER_S)

    def remembered(self, time: float, frame_s: float) -> bool:
        if not self.confirmed:
            memory = max(_GLIMPSE_S, 1.5 * frame_s)
        elif self.looks is not None:
            memory = MEMORY_S
        else:
            memory = PLACE_MEMORY_S if self.state else 0.0
        return time - self.time <= memory


class PeopleTracker:
    """Gives each person of a piece of footage an id that no one else gets.

    Args:
        least_score: people below this confidence go on with a known id, but are nobody new.
    """

    def __init__(self, least_score: float = 0.12) -> None:
        self.least_score = least_score
        self._people: list[_Person] = []
        self._next = 0
        self._time: float | None = None

    def assign(
        self, cams: Array, depth: Array, scores: Array, time: float, looks: Sequence[Array] | None = None
    ) -> list[int | None]:
        """Ids of the people of one frame, from 0 and unique; None for those that are nobody to be counted on.

        A person has an id from the first sighting on; who never comes again leaves a track of one frame.

        Args:
            cams: (n, 3) scale, y, x as ROMP and BEV give them: y and x in -1..1 of the squared picture, scale the
                size there of what is a meter long.
            depth: (n,) meters. scores: (n,) in 0..1.
            time: seconds, increasing from call to call; frames without people may be left out.
            looks: of each person (see `smpl_looks`), a further cue, and the only one after `new_shot`.
        """
        frame_s = 0.0 if self._time is None else time - self._time
        self._time = time
        self._people = [one for one in self._people if one.remembered(time, frame_s)]
        points = observations(cams, depth)
        usable = np.isfinite(points).all(axis=1)
        points[:, 3] = np.maximum(points[:, 3], _SMALLEST)
        seen = [None] * len(points) if looks is None else uncovered(points, looks)
        ids: list[int | None] = [None] * len(points)
        confident = usable & (np.asarray(scores) >= self.least_score)
        waiting = list(self._people)
        for group in (np.flatnonzero(confident), np.flatnonzero(usable & ~confident)):
            costs = self._costs(waiting, points[group], [seen[i] for i in group], time)
            pairs = unique_pairs(costs, _MOST_COST)
            for row, column in pairs:
                i = int(group[column])
                waiting[row].update(points[i], seen[i], time)
                ids[i] = waiting[row].id
            matched = {row for row, _ in pairs}
            waiting = [one for row, one in enumerate(waiting) if row not in matched]
        for i in np.flatnonzero(confident).tolist():
            if ids[i] is None:
                ids[i] = self._next
                self._people.append(_Person(self._next, points[i], seen[i], time))
                self._next += 1
        return ids

    def new_shot(self) -> None:
        """Places mean nothing any more."""
        for one in self._people:
            one.state = None

    @staticmethod
    def _costs(people: list[_Person], points: Array, looks: list[Array | None], time: float) -> Array:
        """(people, points) negative log-likelihoods, infinite where the two cannot be the same person."""
        if not people or not len(points):
            return np.zeros((len(people), len(points)))
        expected = np.stack([one.expected(time) for one in people])[:, None]
        away = np.array([time - one.time for one in people])[:, None]
        growth = away * np.array([[_PLACE_STD_PER_S], [_DEPTH_STD_PER_S]])[:, None]
        place_std, depth_std = growth + np.array([[_PLACE_STD], [_DEPTH_STD]])[:, None]
        height = _BODY_HEIGHT * np.maximum(expected[..., 3], _SMALLEST)
        place = np.hypot(*np.moveaxis(points[:, :2] - expected[..., :2], -1, 0)) / height / place_std
        depths = np.log(np.maximum(points[:, 2], _NEAREST)) - np.log(np.maximum(expected[..., 2], _NEAREST))
        depth = np.abs(depths) / depth_std
        unsure = 2 * np.log(place_std / _PLACE_STD) + np.log(depth_std / _DEPTH_STD)
        unlikely = np.where((place > _PLACE_REACH) | (depth > _DEPTH_REACH), np.inf, (place**2 + depth**2) / 2)
        glimpsed = np.where([[one.confirmed] for one in people], 0.0, _GLIMPSE_COST)
        placed = np.array([[one.state is not None] for one in people])
        costs = np.where(placed, unlikely, 0.0) + unsure + glimpsed
        alike = np.full(costs.shape, np.nan)
        for row, column in zip(*np.nonzero(np.isfinite(costs)), strict=True):
            alike[row, column] = _difference(people[row].looks, looks[column])
        costs += (np.where(np.isnan(alike), _LOOKS_UNKNOWN, alike) / _LOOKS_STD) ** 2 / 2
        by_looks = ~placed | (away > PLACE_MEMORY_S)
        strange = np.where(by_looks, ~(alike <= LOOKS_RETURNED), alike > LOOKS_TRACKED)
        costs[strange] = np.inf
        return costs


def smpl_looks(image: Array, keypoints2d: Array) -> list[Array]:
    """Looks of people in a (H, W, 3) RGB picture from their SMPL joints (n, 24, 2) in its pixels."""
    limbs = [keypoints2d[:, pair] for pair in (_SHOULDERS, _HIPS, _KNEES, _ANKLES)]
    return list(signatures(image, body_points(*limbs)))


def uncovered(points: Array, looks: Sequence[Array]) -> list[Array | None]:
    """The looks of everybody who is not behind somebody nearer, whose clothes would be taken for theirs."""
    apart = np.hypot(*np.moveaxis(points[:, None, :2] - points[:, :2], -1, 0))
    heights = _BODY_HEIGHT * points[:, 3]
    behind = (apart < _COVER * np.maximum(heights[:, None], heights)) & (points[:, None, 2] > points[:, 2])
    return [None if covered else one for covered, one in zip(behind.any(axis=1), looks, strict=True)]


def _difference(a: Array | None, b: Array | None) -> float:
    """Of two looks, 0 to 1; not a number when they cannot be compared."""
    if a is None or b is None or not (a.any(axis=1) & b.any(axis=1)).any():
        return np.nan
    return difference(a, b)
