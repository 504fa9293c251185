"""Finding people as the peaks of TRACE's 3D center maps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...typing import Array
from ..bev.peaks import find_centers
from .policy import TraceSettings

_MADE_UP = (32, 64, 64)


class Peaks(NamedTuple):
    """People of a clip, frame by frame, the surest first.

    Attributes:
        frames: (N,) int64, which frame of the clip. cells: (N, 3) int64 depth bin, row, column.
        scores: (N,) float32, height of the peak. found: (T,) bool, whether a frame has any.
    """

    frames: Array
    cells: Array
    scores: Array
    found: Array


def find_peaks(centers: Array, settings: TraceSettings) -> Peaks:
    """Peaks of center maps (T, 64, 128, 128).

    The reference makes a person up in clips without any; so does this with `quirks`.
    """
    each = [find_centers(volume, settings.center_threshold) for volume in centers]
    frames = np.repeat(np.arange(len(each)), [len(scores) for _, scores in each])
    cells, scores = (np.concatenate(parts) for parts in zip(*each, strict=True))
    found = np.array([len(scores) > 0 for _, scores in each])
    if settings.quirks and not found.any():
        return Peaks(np.zeros(1, np.int64), np.array([_MADE_UP]), np.ones(1, np.float32), found)
    return Peaks(frames, cells, scores, found)
