"""How a track is cut into clips for the network, and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...geometry.rotations import slerp
from ...take.resample import frame_interval
from ...typing import Array

FPS = 30.0
"""Frames a second of the clips that the network was trained on."""
LENGTH, OVERLAP = 128, 32
"""Samples of a clip, and those that it shares with the next one; half of them are dropped from each at the seam."""
_LIKE = 0.03
"""Footage whose rate differs by less is taken frame by frame."""


@dataclass(frozen=True)
class Samples:
    """The moments at which the network looks.

    Attributes:
        times: (S,) seconds. nearest: (S,) index of the frame of the track that is nearest to each.
    """

    times: Array
    nearest: Array


@dataclass(frozen=True)
class Clip:
    """Samples `start` to `stop`, of which `first` to `last` are kept; indices into the samples, the ends excluded."""

    start: int
    stop: int
    first: int
    last: int


def sampled(times: Array) -> Samples:
    """Moments for a track with frames at these times (n,): 30 a second, or its own where they are about as many."""
    if len(times) < 2 or abs(frame_interval(times) * FPS - 1) < _LIKE:
        return Samples(times, np.arange(len(times)))
    count = int(np.ceil((times[-1] - times[0]) * FPS - 1e-6)) + 1
    grid = times[0] + np.arange(count) / FPS
    between = (times[:-1] + times[1:]) / 2
    return Samples(grid, np.searchsorted(between, grid))


def clips(count: int, length: int = LENGTH, overlap: int = OVERLAP) -> list[Clip]:
    """So many samples in clips, the last one as long as the others; the seam is in the middle of what two share."""
    starts = [*range(0, max(count - length, 0), length - overlap), max(count - length, 0)]
    stops = [min(start + length, count) for start in starts]
    seams = [0, *((stop + start) // 2 for stop, start in zip(stops, starts[1:], strict=False)), count]
    kept = pairwise(seams)
    return [Clip(start, stop, *each) for start, stop, each in zip(starts, stops, kept, strict=True)]


def at_times(values: Array, samples: Samples, times: Array, rotations: bool = False) -> Array:
    """Values (S, ...) of the samples at other times (n,), in between linearly or along the shortest turn.

    Args:
        rotations: the values are quaternions (S, ..., 4).
    """
    if len(samples.times) < 2:
        return np.asarray(values[np.zeros(len(times), int)])
    before = np.clip(np.searchsorted(samples.times, times, side="right") - 1, 0, len(samples.times) - 2)
    share = (times - samples.times[before]) / np.diff(samples.times)[before]
    share = np.clip(share, 0, 1).reshape(-1, *[1] * (values.ndim - 1))
    if rotations:
        return np.asarray(slerp(values[before], values[before + 1], share[..., 0]))
    return np.asarray(values[before] * (1 - share) + values[before + 1] * share)
