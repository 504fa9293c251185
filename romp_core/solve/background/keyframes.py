"""What the frames of a shot show, brought into the form that bundle adjustment takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .bundle import SPAN, Sightings
from .tracks import Part
from .turning import turns

_RATE = 6.0
"""Keyframes per second."""
_FEWEST = 3
"""Keyframes in which a point must be seen."""
_KEY = np.int64(1 << 20)


def keyframe_rows(count: int, interval: float) -> Array:
    """Frames (K,) of a shot of this many that are keyframes, its first and last among them."""
    step = max(1, round(1 / _RATE / interval))
    rows = np.arange(0, max(count - step // 2, 1), step)
    rows[-1] = max(count - 1, 0) if len(rows) > 1 else rows[-1]
    return rows


@dataclass(frozen=True)
class Shot:
    """The points of a shot.

    Attributes:
        frames: number of frames. rows: (K,) keyframes among them. sightings: of points in the keyframes.
        keys: (M,) which stretch of which track each point is, rising; see `key_of`.
        before, after, pair: points in two consecutive frames, as `turns` takes them.
    """

    frames: int
    rows: Array
    sightings: Sightings
    keys: Array
    before: Array
    after: Array
    pair: Array

    def turning(self, focal: float) -> Array:
        """(K, 3, 3) rotations from the first keyframe's space to each one's, as if the camera only turned."""
        steps, _ = turns(self.before, self.after, self.pair, max(self.frames - 1, 1), focal, self.sightings.sigma)
        chain, now = np.empty((len(self.rows), 3, 3)), np.eye(3)
        coming = iter(enumerate(self.rows.tolist()))
        index, row = next(coming)
        for frame in range(self.frames):
            if frame:
                now = steps[frame - 1] @ now
            if frame == row:
                chain[index] = now
                index, row = next(coming, (index, -1))
        return chain

    def zoom(self, focal: float) -> Array:
        """(frames,) how much larger each frame shows things than the first, as far as a turn does not explain it."""
        _, growth = turns(self.before, self.after, self.pair, max(self.frames - 1, 1), focal, self.sightings.sigma)
        return np.concatenate([[1.0], np.cumprod(growth)])[: self.frames]


def collect(parts: Iterable[Part], frames: int, interval: float, sigma: float) -> Shot:
    """The points of a shot, from parts that overlap by one frame."""
    rows = keyframe_rows(frames, interval)
    seen: list[tuple[Array, Array, Array]] = []
    pairs: list[tuple[Array, Array, Array]] = []
    start = None
    for part in parts:
        start = part.frames.start if start is None else start
        offset = part.frames.start - start
        inside = np.flatnonzero((rows >= offset + bool(offset)) & (rows < part.frames.stop - start))
        at = rows[inside] - offset
        keyframe, slot = np.nonzero(part.free[at])
        seen.append((inside[keyframe], part.track[at[keyframe], slot], part.at[at[keyframe], slot]))
        both = part.free[:-1] & part.free[1:] & (part.track[:-1] == part.track[1:])
        pairs.append((part.at[:-1][both], part.at[1:][both], np.nonzero(both)[0] + offset))
    frame, track, at = (np.concatenate(each) for each in zip(*seen, strict=True))
    before, after, pair = (np.concatenate(each) for each in zip(*pairs, strict=True))
    sightings, keys = _sightings(frame, track, at, sigma)
    return Shot(frames, rows, sightings, keys, before, after, pair)


def _sightings(frame: Array, track: Array, at: Array, sigma: float) -> tuple[Sightings, Array]:
    """Stretches of tracks, none longer than `SPAN` keyframes, as points; those seen too rarely are left out."""
    known, index = np.unique(track, return_inverse=True)
    first = np.full(len(known), np.iinfo(np.int64).max)
    np.minimum.at(first, index, frame)
    key = track * _KEY + (frame - first[index]) // SPAN
    _, index, count = np.unique(key, return_inverse=True, return_counts=True)
    kept = count[index] >= _FEWEST
    frame, at, key = frame[kept], at[kept], key[kept]
    keys, point = np.unique(key, return_inverse=True)
    first = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(first, point, frame)
    return Sightings(frame, point, at, first, sigma), keys


def points_of(track: Array, keyframe: Array, shot: Shot) -> Array:
    """Which point (n,) a track (n,) is near a keyframe (n,), -1 for none."""
    found = np.full(len(track), -1)
    if not len(shot.keys):
        return found
    last = np.searchsorted(shot.keys, track * _KEY + (_KEY - 1), side="right") - 1
    for back in range(64):  # the stretches of a track, from its last one on
        at = np.maximum(last - back, 0)
        same = (last - back >= 0) & (shot.keys[at] // _KEY == track)
        if not same.any():
            break
        fits = same & (found < 0) & ((shot.sightings.first[at] <= keyframe + 1) | (shot.keys[at] % _KEY == 0))
        found[fits] = at[fits]
    return found
