"""Who is who from frame to frame: places in space, moved by the motion that the network tells (TRACE, section 3.2).

The network says of a person in a frame where they were in the frame before; that place is compared with where the
people of the frame before were.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...tracking.assignment import unique_pairs
from ...typing import Array
from .cameras import translation
from .policy import TraceSettings


class Sightings(NamedTuple):
    """People of one frame.

    Attributes:
        places: (n, 3) meters, camera space; before: (n, 3) the same in the frame before, by the network's word.
        scores: (n,). cells: (n, 3) depth bin, row, column of the maps.
    """

    places: Array
    before: Array
    scores: Array
    cells: Array


class Track:
    """A person who is followed.

    Attributes:
        point: (3,) x, y, 1 / (1 + depth). missed: True while nobody is seen where the person should be.
        last: when the person was seen last.
    """

    def __init__(self, id: int, point: Array, score: float, cell: Array, now: float) -> None:
        self.id, self.point, self.score, self.cell, self.last = id, point, score, cell, now
        self.missed = False


class Tracker:
    """Follows people; ids are counted from 1.

    With `settings.quirks` time is counted in frames: pass 1, 2, 3 … as `now`.
    """

    def __init__(self, settings: TraceSettings) -> None:
        self._settings = settings
        self.tracks: list[Track] = []
        self._started = False
        self._ids = 0

    def update(self, seen: Sightings, now: float) -> list[Track]:
        """Take in a frame's people at a time, and give the tracks as they are then; they change in the next frame."""
        settings = self._settings
        threshold = settings.follow_threshold if self._started else settings.first_threshold
        self._started = True
        chosen = np.flatnonzero(seen.scores > threshold)
        here, before = _points(seen.places[chosen]), _points(seen.before[chosen])
        scores, cells = seen.scores[chosen], seen.cells[chosen]

        weights = np.array(settings.axis_weights)
        known = np.array([track.point for track in self.tracks]).reshape(-1, 1, 3)
        pairs = unique_pairs(np.linalg.norm((known - before) * weights, axis=2), settings.match_limit)
        for row, column in pairs:
            track = self.tracks[row]
            # The reference leaves who was missed at the old place for one frame.
            if not (track.missed and settings.quirks):
                track.point, track.cell = before[column], cells[column]
            track.score, track.last, track.missed = float(scores[column]), now, False
        for row in set(range(len(self.tracks))) - {row for row, _ in pairs}:
            self.tracks[row].missed = True

        unknown = sorted(set(range(len(scores))) - {column for _, column in pairs})
        fresh = []
        for column in self._beginning(np.array(unknown, np.intp), here[:, 2], scores):
            self._ids += 1
            fresh.append(Track(self._ids, here[column], float(scores[column]), cells[column], now))
        kept = [track for track in self.tracks if not (track.missed and now - track.last > settings.forget)]
        self.tracks = kept + fresh
        return self.tracks

    def _beginning(self, unknown: Array, nearness: Array, scores: Array) -> Array:
        """Which of the unknown people start a track.

        More are followed than may be wanted: `names.Names` decides about them. The reference decides here, and starts
        as many as are wanted, the nearest first.
        """
        settings = self._settings
        sure = unknown[scores[unknown] > settings.first_threshold]
        if not settings.quirks:
            return sure
        if settings.new_people:
            return sure[scores[sure] > settings.new_threshold] if self.tracks else sure
        nearest = sure[np.argsort(-nearness[sure], kind="stable")]
        # Once it starts somebody, it starts as many as if there were nobody yet.
        return nearest[: settings.subjects if len(self.tracks) < settings.subjects else 0]


def sightings(cams: Array, motions: Array, scores: Array, cells: Array, settings: TraceSettings) -> Sightings:
    """The people of a frame that are worth following: not too far away, and everybody once.

    Args:
        cams: (n, 3) scale, y, x. motions: (n, 3) change of the camera since the frame before.
        scores: (n,). cells: (n, 3).
    """
    near = np.flatnonzero(cams[:, 0] > settings.least_scale)
    stays = near[_unique(cams[near], scores[near], settings.duplicates)]
    cams, motions = cams[stays], motions[stays]
    too_long = np.linalg.norm(motions, axis=1, keepdims=True) > settings.largest_motion
    before = cams - np.where(too_long, 0, motions)
    return Sightings(translation(cams), translation(before), scores[stays], cells[stays])


def _unique(cams: Array, scores: Array, distance: float) -> Array:
    """Of each person's neighbors within a distance, and themselves, only the surest stays: (n,) bool."""
    near = np.linalg.norm(cams[:, None] - cams, axis=2) < distance
    stays = np.ones(len(cams), bool)
    for members in near:
        group = np.flatnonzero(members)
        stays[np.delete(group, scores[group].argmax())] = False
    return stays


def _points(places: Array) -> Array:
    """(n, 3) meters -> (n, 3) x, y, 1 / (1 + depth)."""
    points = np.array(places, np.float64).reshape(-1, 3)
    points[:, 2] = 1 / (1 + points[:, 2])
    return points
