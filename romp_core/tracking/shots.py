"""Shot changes: the colors of the whole image change at once."""

from __future__ import annotations

from collections import deque
from statistics import median

import numpy as np

from ..typing import Array

_ROWS = 54
_CELLS = 3
_COLORS = 8**3
_MIN_CHANGE = 0.2
_MIN_RATIO = 4.0
_REMEMBERED = 15
_SHORTEST_SHOT = 8


class ShotDetector:
    """Compares the color histograms of each frame, one per cell of a 3 x 3 grid, with those of the frame before."""

    def __init__(self) -> None:
        self._last: Array | None = None
        self._changes: deque[float] = deque(maxlen=_REMEMBERED)
        self._age = 0

    def is_cut(self, image: Array) -> bool:
        """True when this (H, W, 3) image starts a new shot; pass every frame in order."""
        now = _histograms(image)
        change = 0.0 if self._last is None else float(np.abs(now - self._last).sum(axis=1).mean() / 2)
        self._last = now
        # A moving camera changes every frame; a cut stands out from its neighbors. A dissolve is one cut.
        usual = median(self._changes or [0.0])
        cut = change > max(_MIN_CHANGE, _MIN_RATIO * usual) and self._age >= _SHORTEST_SHOT
        self._changes.append(change)
        self._age = 0 if cut else self._age + 1
        return cut


def _histograms(image: Array) -> Array:
    """(cells, 512) color histograms that sum to 1: eight levels of each channel."""
    step = max(1, min(image.shape[:2]) // _ROWS)
    levels = np.ascontiguousarray(image[::step, ::step]) >> 5
    codes = levels[..., 0].astype(np.intp) << 6 | levels[..., 1] << 3 | levels[..., 2]
    row, column = (np.arange(length) * _CELLS // length for length in codes.shape)
    codes += (row[:, None] * _CELLS + column) * _COLORS
    counts = np.bincount(codes.ravel(), minlength=_CELLS**2 * _COLORS).reshape(-1, _COLORS)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
