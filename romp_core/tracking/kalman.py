"""Constant-velocity Kalman filter of a person's place in the picture, depth and scale.

The noise follows the person's size in the picture, as in DeepSORT (Wojke, Bewley, Paulus, 2017): h = 64 times the
body model's scale. All four components have the same noise and do not mix, so one 2 x 2 covariance (position,
velocity) serves all four, and the gain is a pair of numbers.
"""

from __future__ import annotations

import numpy as np

from ..typing import Array
from .assignment import unique_pairs

STEPS_PER_S = 30.0
"""The filter's unit of time is a frame of 30 Hz footage."""

PLACE_UNITS, DEPTH_UNITS, SCALE_UNITS = 128.0, 30.0, 64.0
_POSITION_STD, _VELOCITY_STD = 1 / 20, 1 / 160


def observations(cams: Array, depth: Array) -> Array:
    """What is tracked of each person: cams (n, 3) of scale, y, x with y, x in -1..1 and depth (n,) meters -> (n, 4)."""
    scale, y, x = np.asarray(cams, np.float64).reshape(-1, 3).T
    depth = np.asarray(depth, np.float64)
    return np.stack([(x + 1) * PLACE_UNITS, (y + 1) * PLACE_UNITS, depth * DEPTH_UNITS, scale * SCALE_UNITS], axis=1)


class Kalman:
    """State of one person.

    Attributes:
        mean: (2, 4), position and velocity per step of (x, y, depth, scale) in the units of `observations`.
        covariance: (2, 2) of position and velocity, the same for all four.
    """

    def __init__(self, point: Array) -> None:
        self.mean = np.stack([np.asarray(point, np.float64), np.zeros(4)])
        size = self.mean[0, 3]
        self.covariance = np.diag([(2 * size * _POSITION_STD) ** 2, (10 * size * _VELOCITY_STD) ** 2])

    def predict(self, steps: float = 1.0) -> None:
        """Move on by a number of steps."""
        size = self.mean[0, 3]
        transition = np.array([[1.0, steps], [0.0, 1.0]])
        noise = np.diag([(size * _POSITION_STD) ** 2, (size * _VELOCITY_STD) ** 2])
        self.mean = transition @ self.mean
        self.covariance = transition @ self.covariance @ transition.T + steps * noise

    def update(self, point: Array) -> None:
        """Take in an observation (4,)."""
        size = self.mean[0, 3]
        spread = self.covariance[0, 0] + (size * _POSITION_STD) ** 2
        gain = self.covariance[:, 0] / spread
        self.mean = self.mean + gain[:, None] * (point - self.mean[0])
        self.covariance = self.covariance - spread * np.outer(gain, gain)


class Track:
    """A person that the `Tracker` follows."""

    def __init__(self, id: int, point: Array, index: int, frame: int) -> None:
        self.id, self.state = id, Kalman(point)
        self.index, self.start, self.last = index, frame, frame
        self.confirmed, self.lost = frame == 1, False

    def update(self, point: Array, index: int, frame: int) -> None:
        """Take in the detection `index` of a frame."""
        self.state.update(point)
        self.index, self.last = index, frame
        self.confirmed, self.lost = True, False


class Tracker:
    """BEV's tracker, after ByteTrack (Zhang et al., ECCV 2022): faint people go on with a track, but start none.

    Products should rather use `follow.PeopleTracker`, which knows real time and tells people apart that hide each
    other; this one is for comparison with the reference.

    Args:
        parity: do as the reference does: the second round gives out the sure detections once more instead of the
            faint ones, and each track reports the detection nearest to its mean, so that two may report the same.
        gate: largest distance in the first round; two and three times it in the second round and for people seen once.
        buffer: frames that a lost track is kept for. high, low: scores of sure and of faint detections.
        duplicate: a lost and a followed track nearer than this in the picture are the same person.
    """

    def __init__(
        self,
        parity: bool = False,
        gate: float = 300.0,
        buffer: int = 60,
        high: float = 0.12,
        low: float = 0.05,
        duplicate: float = 60.0,
    ) -> None:
        self.parity, self.gate, self.buffer, self.duplicate = parity, gate, buffer, duplicate
        self.high, self.low = high, low
        self.tracked: list[Track] = []
        self._lost: list[Track] = []
        self._removed: set[int] = set()
        self._frame, self._ids = 0, 0

    def update(self, points: Array, scores: Array) -> tuple[Array, Array]:
        """Follow one frame's people.

        Args:
            points: (n, 4) `observations`. scores: (n,) in 0..1.

        Returns:
            ids (m,), from 1, and the index of the detection of each (m,).
        """
        self._frame += 1
        points, scores = np.asarray(points, np.float64).reshape(-1, 4), np.asarray(scores)
        sure = np.flatnonzero(scores > self.high).tolist()
        faint = np.flatnonzero((scores > self.low) & (scores < self.high)).tolist()
        for track in self._predicted():
            if track.lost:
                track.state.mean[1, 3] = 0.0
            track.state.predict()
        found, rest, left = _match(self._predicted(), points, sure, self.gate)
        again = sure if self.parity and faint else faint
        kept, missed, _ = _match([track for track in rest if not track.lost], points, again, 2 * self.gate)
        glimpsed = [track for track in self.tracked if not track.confirmed]
        noticed, mistaken, left = _match(glimpsed, points, left, 3 * self.gate)

        revived = [track for track, _ in found if track.lost]
        for track, index in found + kept + noticed:
            track.update(points[index], index, self._frame)
        for track in missed:
            track.lost = True
        gone = {track.id for track in self._lost if self._frame - track.last > self.buffer}
        gone |= {track.id for track in mistaken}
        followed = [track for track in self.tracked if track not in missed and track not in mistaken]
        self._lost = [track for track in self._lost + missed if track.lost and track.id not in self._removed]
        self._removed |= gone
        self.tracked = followed + [self._begin(points[index], index) for index in left] + revived
        self._drop_duplicates()
        shown = [track for track in self.tracked if track.confirmed]
        indices = [self._nearest(track, points) if self.parity else track.index for track in shown]
        return np.array([track.id for track in shown], np.int64), np.array(indices, np.int64)

    def _predicted(self) -> list[Track]:
        return [track for track in self.tracked if track.confirmed] + self._lost

    def _begin(self, point: Array, index: int) -> Track:
        self._ids += 1
        return Track(self._ids, point, index, self._frame)

    def _drop_duplicates(self) -> None:
        """Of a followed and a lost track at one place the one that was followed for longer stays."""
        drop: set[int] = set()
        for one in self.tracked:
            for other in self._lost:
                if np.hypot(*(one.state.mean[0, :2] - other.state.mean[0, :2])) < self.duplicate:
                    drop.add(other.id if one.last - one.start > other.last - other.start else one.id)
        self.tracked = [track for track in self.tracked if track.id not in drop]
        self._lost = [track for track in self._lost if track.id not in drop]

    @staticmethod
    def _nearest(track: Track, points: Array) -> int:
        return int(np.linalg.norm(points - track.state.mean[0], axis=1).argmin())


def _match(
    tracks: list[Track], points: Array, candidates: list[int], gate: float
) -> tuple[list[tuple[Track, int]], list[Track], list[int]]:
    """Pair tracks with the candidates among the points; also gives the tracks and the candidates that are left."""
    expected = np.array([track.state.mean[0] for track in tracks]).reshape(-1, 1, 4)
    pairs = unique_pairs(np.linalg.norm(points[candidates] - expected, axis=2), gate)
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    return (
        [(tracks[row], candidates[column]) for row, column in pairs],
        [track for row, track in enumerate(tracks) if row not in rows],
        [index for column, index in enumerate(candidates) if column not in columns],
    )
