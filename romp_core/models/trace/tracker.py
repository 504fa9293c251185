"""Tracks of people from frame to frame: positions in space and the estimated motion (TRACE, section 3.2).

The network estimates where each detected person was in the frame before; this is compared with the positions of the
tracks then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...tracking.assignment import unique_pairs
from ...typing import Array
from .cameras import translation
from .parameters import TraceParameters

if TYPE_CHECKING:
    from .policy import TracePolicy


class Detections(NamedTuple):
    """People of one frame.

    Attributes:
        positions: (n, 3) meters, camera space; previous: (n, 3) the same in the frame before, as estimated.
        scores: (n,). cells: (n, 3) depth bin, row, column of the maps.
    """

    positions: Array
    previous: Array
    scores: Array
    cells: Array


class Track:
    """A person who is followed.

    Attributes:
        point: (3,) x, y, 1 / (1 + depth). missed: True while the person is not detected.
        last: when the person was detected last.
    """

    def __init__(self, id: int, point: Array, score: float, cell: Array, now: float) -> None:
        self.id, self.point, self.score, self.cell, self.last = id, point, score, cell, now
        self.missed = False


class Tracker:
    """Follows people; ids are counted from 1."""

    def __init__(self, policy: TracePolicy) -> None:
        self._policy = policy
        self.tracks: list[Track] = []
        self._started = False
        self._ids = 0

    def update(self, found: Detections, now: float) -> list[Track]:
        """Add a frame's detections at a time on the policy's clock; the tracks that it returns change with the next."""
        parameters = self._policy.parameters
        threshold = parameters.track_threshold if self._started else parameters.first_threshold
        self._started = True
        used = np.flatnonzero(found.scores > threshold)
        points, previous = _points(found.positions[used]), _points(found.previous[used])
        scores, cells = found.scores[used], found.cells[used]

        known = np.array([track.point for track in self.tracks]).reshape(-1, 1, 3)
        distances = np.linalg.norm((known - previous) * np.array(parameters.axis_weights), axis=2)
        pairs = unique_pairs(distances, parameters.match_limit)
        for row, column in pairs:
            track = self.tracks[row]
            if not track.missed or self._policy.moves_after_miss:
                track.point, track.cell = previous[column], cells[column]
            track.score, track.last, track.missed = float(scores[column]), now, False
        for row in set(range(len(self.tracks))) - {row for row, _ in pairs}:
            self.tracks[row].missed = True

        unmatched = sorted(set(range(len(scores))) - {column for _, column in pairs})
        started = []
        for column in self._policy.new_tracks(np.array(unmatched, np.intp), points[:, 2], scores, len(self.tracks)):
            self._ids += 1
            started.append(Track(self._ids, points[column], float(scores[column]), cells[column], now))
        kept = [track for track in self.tracks if not (track.missed and now - track.last > parameters.keep_missed)]
        self.tracks = kept + started
        return self.tracks


def detections(cams: Array, motions: Array, scores: Array, cells: Array, parameters: TraceParameters) -> Detections:
    """The people of a frame who can be followed: not too far away, and each of them once.

    Args:
        cams: (n, 3) scale, y, x. motions: (n, 3) change of the camera since the frame before.
        scores: (n,). cells: (n, 3).
    """
    near = np.flatnonzero(cams[:, 0] > parameters.min_scale)
    kept = near[_unique(cams[near], scores[near], parameters.duplicate_distance)]
    cams, motions = cams[kept], motions[kept]
    too_long = np.linalg.norm(motions, axis=1, keepdims=True) > parameters.max_motion
    previous = cams - np.where(too_long, 0, motions)
    return Detections(translation(cams), translation(previous), scores[kept], cells[kept])


def _unique(cams: Array, scores: Array, distance: float) -> Array:
    """Of each group of neighbors within a distance, only the one of highest score stays: (n,) bool."""
    near = np.linalg.norm(cams[:, None] - cams, axis=2) < distance
    stays = np.ones(len(cams), bool)
    for members in near:
        group = np.flatnonzero(members)
        stays[np.delete(group, scores[group].argmax())] = False
    return stays


def _points(positions: Array) -> Array:
    """(n, 3) meters -> (n, 3) x, y, 1 / (1 + depth)."""
    points = np.array(positions, np.float64).reshape(-1, 3)
    points[:, 2] = 1 / (1 + points[:, 2])
    return points
