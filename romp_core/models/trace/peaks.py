"""Finding people as the peaks of TRACE's 3D center maps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...typing import Array
from ..bev.peaks import find_centers


class Peaks(NamedTuple):
    """People of a clip, frame by frame, by falling confidence.

    Attributes:
        frames: (N,) int64, which frame of the clip. cells: (N, 3) int64 depth bin, row, column.
        scores: (N,) float32, height of the peak. found: (T,) bool, whether a frame has any.
    """

    frames: Array
    cells: Array
    scores: Array
    found: Array


def find_peaks(centers: Array, threshold: float) -> Peaks:
    """Peaks of center maps (T, 64, 128, 128) above a threshold."""
    each = [find_centers(volume, threshold) for volume in centers]
    frames = np.repeat(np.arange(len(each)), [len(scores) for _, scores in each])
    cells, scores = (np.concatenate(parts) for parts in zip(*each, strict=True))
    return Peaks(frames, cells, scores, np.array([len(scores) > 0 for _, scores in each]))
