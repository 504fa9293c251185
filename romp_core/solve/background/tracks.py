"""Points of one shot that are not on people, as the solve reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...take.background import Background
from ...take.observations import Observations
from ...take.resample import frame_interval
from ...take.take import FootageInfo
from ...typing import Array

_MARGIN = 0.12
"""Of the longer side of the box of a person's keypoints, by which the body and its shadow reach beyond it."""
_BEFORE_S = 0.3
"""A person is there for so long before they are seen and after."""
_CHUNK = 1000
"""Frames that are looked at together."""


@dataclass(frozen=True)
class Part:
    """Consecutive frames of a shot.

    Attributes:
        frames: their frame indices. at: (t, N, 2) pixels from the image's center. free: (t, N) bool, there is a point
            that is not on a person. track: (t, N) number of the point, which no other slot has.
    """

    frames: slice
    at: Array
    free: Array
    track: Array


def parts(
    background: Background, people: Sequence[Observations], footage: FootageInfo, shot: slice, overlap: int = 0
) -> Iterator[Part]:
    """The frames of a shot in order, in parts that are quick to work on.

    Args:
        people: whoever is in the image. overlap: how many frames of a part the next one has again.
    """
    size = np.array([footage.width, footage.height])
    slots = background.positions.shape[1]
    count = np.zeros(slots, np.int64)
    start = shot.start
    while start < shot.stop:
        stop = min(start + _CHUNK, shot.stop)
        frames = slice(start, stop)
        pixels = background.pixels(frames, float(size.max()))
        track = count + np.cumsum(background.started[frames], axis=0)
        free = np.isfinite(pixels[..., 0])
        for person in people:
            free &= ~_covered(pixels, person, footage, frames)
        yield Part(frames, pixels - size / 2, free, track * slots + np.arange(slots))
        if stop == shot.stop:
            return
        start = stop - overlap
        count = track[start - frames.start] - background.started[start]


def _covered(pixels: Array, person: Observations, footage: FootageInfo, frames: slice) -> Array:
    """(t, N) bool: points (t, N, 2) that are on or beside a person."""
    seen = person.frame_index
    covered = np.zeros(pixels.shape[:2], bool)
    if not len(seen):
        return covered
    reach = round(_BEFORE_S / frame_interval(footage.times))
    first, last = max(frames.start, int(seen[0]) - reach), min(frames.stop, int(seen[-1]) + reach + 1)
    if first >= last:
        return covered
    near = slice(max(np.searchsorted(seen, first) - 1, 0), int(np.searchsorted(seen, last)) + 1)
    points = person.keypoints2d[near].astype(np.float64)
    low, high = points.min(axis=1), points.max(axis=1)
    margin = _MARGIN * (high - low).max(axis=1, keepdims=True)
    now = np.arange(first, last)
    corners = np.concatenate([low - margin, high + margin], axis=1)
    box = np.stack([np.interp(now, seen[near], corner) for corner in corners.T], axis=1)[:, None]
    inside = pixels[first - frames.start : last - frames.start]
    with np.errstate(invalid="ignore"):
        covered[first - frames.start : last - frames.start] = ((inside >= box[..., :2]) & (inside <= box[..., 2:])).all(
            axis=2
        )
    return covered
