"""The people of a clip as tracks: which voxel belongs to whom in which frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .peaks import Peaks
from .policy import TracePolicy
from .tracker import Tracker, detections


@dataclass(frozen=True)
class Tracks:
    """n people on the T frames of a clip, by increasing id.

    Attributes:
        ids: (n,) int64.
        cells: (n, T, 3) int64 depth bin, row, column; zeros where the person is not known yet or any more.
        valid: (n, T) bool, False there.
        scores: (n, T) float32 height of the peak. tracked: (n, T) bool, False where the person was missed.
    """

    ids: Array
    cells: Array
    valid: Array
    scores: Array
    tracked: Array

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def seen(self) -> Array:
        """(n, T) bool: the person was detected in the frame, not only expected."""
        return self.valid & self.tracked

    def sample(self, maps: Array) -> Array:
        """Values of maps (T, C, H, W) or (T, C, D, H, W) at the people's cells: (n, T, C).

        In frames in which a person is not known it is the first cell of the clip's last frame, as in the reference.
        """
        frames = np.where(self.valid, np.arange(self.valid.shape[1]), -1)
        depth, row, column = np.moveaxis(self.cells, -1, 0)
        cell = (row, column) if maps.ndim == 4 else (depth, row, column)
        return np.asarray(maps[(frames, slice(None), *cell)])


class ClipTracker:
    """Follows people from clip to clip."""

    def __init__(self, policy: TracePolicy) -> None:
        self._policy = policy
        self.tracker = Tracker(policy)
        self._updates = 0

    def follow(self, peaks: Peaks, cams: Array, motions: Array, times: Sequence[float]) -> Tracks:
        """Take in a clip.

        Args:
            peaks: people of T frames. cams: (N, 3) their cameras, scale, y, x. motions: (N, 3) change of the camera
                since the frame before. times: of the frames, seconds.
        """
        rows: dict[int, _Row] = {}
        filled = 0
        for frame, time in enumerate(times):
            here = np.flatnonzero(peaks.frames == frame)
            found = detections(
                cams[here], motions[here], peaks.scores[here], peaks.cells[here], self._policy.parameters
            )
            if self._policy.skips_frame(len(found.scores), len(self.tracker.tracks)):
                continue
            self._updates += 1
            tracks = self.tracker.update(found, self._policy.clock(self._updates, time))
            filled += bool(tracks)
            for track in tracks:
                row = rows.setdefault(track.id, _Row(len(times)))
                row.cells[frame], row.valid[frame] = track.cell, True
                row.scores[frame], row.tracked[frame] = track.score, not track.missed
        min_frames = min(filled, self._policy.parameters.min_frames)
        kept = {id: row for id, row in sorted(rows.items()) if row.valid.sum() >= min_frames}
        nobody = _Row(len(times))

        def stacked(name: str) -> Array:
            return np.stack([getattr(row, name) for row in (nobody, *kept.values())])[1:]

        return Tracks(np.array([*kept], np.int64), *map(stacked, ("cells", "valid", "scores", "tracked")))


class _Row:
    """One person on T frames."""

    def __init__(self, count: int) -> None:
        self.cells = np.zeros((count, 3), np.int64)
        self.valid, self.tracked = np.zeros(count, bool), np.zeros(count, bool)
        self.scores = np.zeros(count, np.float32)
