"""Shot changes: the colours of the whole picture change at once."""

from __future__ import annotations

from collections import deque

import numpy as np

from ..rotations import Array

_LEVELS = 6
_CELLS = 3
_LEAST_CHANGE = 0.35
_TIMES_USUAL = 4.0
_REMEMBERED = 15


class ShotDetector:
    """Compares each picture's colour histograms, one per cell of a 3 x 3 grid, with the picture before."""

    def __init__(self) -> None:
        self._last: Array | None = None
        self._changes: deque[float] = deque(maxlen=_REMEMBERED)

    def is_cut(self, image: Array) -> bool:
        """True when this (H, W, 3) picture starts a new shot; feed every picture in order."""
        now = _histograms(image)
        change = 0.0 if self._last is None else float(np.abs(now - self._last).sum(axis=1).mean() / 2)
        self._last = now
        # A shaking camera changes every picture; a cut stands out from its neighbours.
        cut = change > max(_LEAST_CHANGE, _TIMES_USUAL * float(np.median(self._changes or [0.0])))
        if cut:
            self._changes.clear()
        else:
            self._changes.append(change)
        return cut


def _histograms(image: Array) -> Array:
    """(cells, levels**3) colour histograms that sum to 1."""
    step = max(1, min(image.shape[:2]) // 96)
    levels = (image[::step, ::step].astype(np.int64) * _LEVELS) >> 8
    codes = (levels[..., 0] * _LEVELS + levels[..., 1]) * _LEVELS + levels[..., 2]
    cells = [cell for band in np.array_split(codes, _CELLS) for cell in np.array_split(band, _CELLS, axis=1)]
    return np.stack([np.bincount(cell.ravel(), minlength=_LEVELS**3) / max(cell.size, 1) for cell in cells])
