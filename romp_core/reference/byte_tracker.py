"""BEV's own tracker, for comparison; products use `tracking.space_tracker`.

After ByteTrack (Zhang et al., ECCV 2022): detections of low score continue a track, but start none.
"""

from __future__ import annotations

import numpy as np

from ..tracking.assignment import unique_pairs
from ..tracking.kalman import Kalman
from ..typing import Array


class Track:
    """A person that the `ByteTracker` follows."""

    def __init__(self, id: int, point: Array, index: int, frame: int) -> None:
        self.id, self.state = id, Kalman(point)
        self.index, self.start, self.last = index, frame, frame
        self.confirmed, self.lost = frame == 1, False

    def update(self, point: Array, index: int, frame: int) -> None:
        """Add the detection `index` of a frame."""
        self.state.update(point)
        self.index, self.last = index, frame
        self.confirmed, self.lost = True, False


class ByteTracker:
    """Follows people from frame to frame; ids are counted from 1.

    Args:
        reference: as the reference program does: the second round matches the detections of high score once more
            instead of those of low score, and each track reports the detection nearest to its mean, so that two may
            report the same. False for the corrected algorithm.
        gate: largest distance in the first round; two and three times it in the second round and for people detected
            once.
        buffer: frames that a lost track is kept for. high, low: limits of the scores.
        duplicate: a lost and a followed track nearer than this in the image are the same person.
    """

    def __init__(
        self,
        reference: bool = True,
        gate: float = 300.0,
        buffer: int = 60,
        high: float = 0.12,
        low: float = 0.05,
        duplicate: float = 60.0,
    ) -> None:
        self.reference, self.gate, self.buffer, self.duplicate = reference, gate, buffer, duplicate
        self.high, self.low = high, low
        self.tracked: list[Track] = []
        self._lost: list[Track] = []
        self._removed: set[int] = set()
        self._frame, self._ids = 0, 0

    def update(self, points: Array, scores: Array) -> tuple[Array, Array]:
        """Follow one frame's people.

        Args:
            points: (n, 4) `kalman.measurements`. scores: (n,) in 0..1.

        Returns:
            ids (m,), from 1, and the index of the detection of each (m,).
        """
        self._frame += 1
        points, scores = np.asarray(points, np.float64).reshape(-1, 4), np.asarray(scores)
        confident = np.flatnonzero(scores > self.high).tolist()
        uncertain = np.flatnonzero((scores > self.low) & (scores < self.high)).tolist()
        for track in self._predicted():
            if track.lost:
                track.state.mean[1, 3] = 0.0
            track.state.predict()
        found, rest, left = _match(self._predicted(), points, confident, self.gate)
        again = confident if self.reference and uncertain else uncertain
        kept, missed, _ = _match([track for track in rest if not track.lost], points, again, 2 * self.gate)
        unconfirmed = [track for track in self.tracked if not track.confirmed]
        noticed, mistaken, left = _match(unconfirmed, points, left, 3 * self.gate)

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
        indices = [self._nearest(track, points) if self.reference else track.index for track in shown]
        return np.array([track.id for track in shown], np.int64), np.array(indices, np.int64)

    def _predicted(self) -> list[Track]:
        return [track for track in self.tracked if track.confirmed] + self._lost

    def _begin(self, point: Array, index: int) -> Track:
        self._ids += 1
        return Track(self._ids, point, index, self._frame)

    def _drop_duplicates(self) -> None:
        """Of a followed and a lost track at one position the one that was followed for longer stays."""
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
