"""Points of the background that were followed through the footage while it was captured.

From them a solve knows how the camera moved, without the footage. They are kept coarsely: four bytes a point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Array

_STEPS = 65534
"""Of the image's longer side: 0.03 pixels of a wide one."""
_NONE = 65535


@dataclass(frozen=True)
class FramePoints:
    """The points of one frame, in slots; a slot may hold one point after another.

    Attributes:
        positions: (N, 2) pixels of the upright image, NaN where the slot is empty.
        started: (N,) bool, the slot holds another point than in the frame before.
    """

    positions: Array
    started: Array


@dataclass(frozen=True)
class Background:
    """The points of all T frames that were read; those on people are among them.

    Attributes:
        positions: (T, N, 2) uint16, in `_STEPS`ths of the image's longer side; `_NONE` where the slot is empty.
        started: (T, N) bool, as in `FramePoints`.
    """

    positions: Array
    started: Array

    @classmethod
    def of_frames(cls, frames: list[FramePoints], longest_px: float) -> Background:
        """Pack frames of an image whose longer side has this many pixels; what is outside of it is left out."""
        positions = np.stack([frame.positions for frame in frames]) * (_STEPS / longest_px)
        inside = ((positions >= 0) & (positions <= _STEPS)).all(axis=2, keepdims=True)  # NaN is not
        packed = np.where(inside, np.rint(np.where(inside, positions, 0)), _NONE).astype(np.uint16)
        return cls(packed, np.stack([frame.started for frame in frames]))

    def pixels(self, frames: slice, longest_px: float) -> Array:
        """(t, N, 2) positions in pixels of the upright image in these frames, NaN where a slot is empty."""
        packed = self.positions[frames]
        return np.where(packed == _NONE, np.nan, packed * (longest_px / _STEPS))
