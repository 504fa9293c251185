"""Whether a camera stands still: then most of the background stays exactly where it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .tracks import Part

_STAYED = 6e-4
"""Of the image's longer side, by which the position of a point in an unchanged image may err."""
_AGE_S = 0.3
"""Points that were followed for less time than this say nothing."""
_STILL_SHARE = 0.35
"""Points of a moving camera's image never stay in such a share; the others may be people nobody detected, or leaves."""
_MOVING_FRAMES, _MOVING_SHARE = 3, 0.03
"""Frames, and the share of them, that may look as if the camera moved."""
_FEWEST, _SPREAD = 8, 0.8
"""Points that tell, and the sum of the shares of the image's width and height that they must span: no body does."""
_KNOWN_SHARE = 0.5
"""Of the frames that must have as many points."""


@dataclass(frozen=True)
class Stillness:
    """What the points of a shot say.

    Attributes:
        known: share of the frames with enough points to tell. moving: number of those in which most points have moved.
        frames: number of frames that were old enough to tell.
    """

    known: float
    moving: int
    frames: int

    @property
    def unknown(self) -> bool:
        """The background shows too little."""
        return self.known < _KNOWN_SHARE

    @property
    def still(self) -> bool:
        """The camera does not move."""
        return self.moving <= max(_MOVING_FRAMES, _MOVING_SHARE * self.known * self.frames)


def tell(at: Array, size: Array) -> bool:
    """True for points (k, 2) that are enough and spread enough to be a background; size: (2,) of the image."""
    return len(at) >= _FEWEST and float((np.ptp(at, axis=0) / size).sum()) >= _SPREAD


def stillness(parts: Iterable[Part], size: Array, interval: float) -> Stillness:
    """How still the points of a shot are; size: (2,) of the image, pixels; `interval`: seconds between frames."""
    age_needed = max(round(_AGE_S / interval), 2)
    known, moving, frames = 0, 0, 0
    first: Array | None = None
    for part in parts:
        t, slots = part.free.shape
        if first is None:
            first, began, last = np.full((slots, 2), np.nan), np.full(slots, -1), np.full(slots, -1)
        for index in range(t):
            now = part.frames.start + index
            free = part.free[index]
            fresh = free & (part.track[index] != last)
            first[fresh], began[fresh] = part.at[index, fresh], now
            last[fresh] = part.track[index, fresh]
            old = free & (now - began >= age_needed)
            frames += 1
            if not tell(part.at[index, old], size):
                continue
            known += 1
            away = np.abs(part.at[index, old] - first[old]).max(axis=1)
            moving += bool((away < _STAYED * size.max()).mean() < _STILL_SHARE)
    return Stillness(known / max(frames - age_needed, 1), moving, frames)
