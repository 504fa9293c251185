"""Finding people as the peaks of BEV's 3D center map."""

from __future__ import annotations

from itertools import product

import numpy as np

from ...typing import Array

MOST_PEOPLE = 64
_REACH = 2

# Nearest neighbors first: they rule out nearly every cell that is not a peak.
_NEIGHBORS = sorted(
    (shift for shift in product(range(-_REACH, _REACH + 1), repeat=3) if any(shift)),
    key=lambda shift: sum(step * step for step in shift),
)


def find_centers(center_map: Array, threshold: float) -> tuple[Array, Array]:
    """Cells that are above `threshold` and the maximum of the 5 x 5 x 5 cells around them.

    Only the cells above the threshold, which are few, are compared with their neighbors. Equal neighbors are both
    kept.

    Args:
        center_map: (64, 128, 128) depth bin, row, column.
        threshold: at least 0.

    Returns:
        cells (N, 3) int64 as (z, y, x) and scores (N,) float32, by falling confidence, at most `MOST_PEOPLE`.
    """
    last = np.array(center_map.shape) - 1
    cells = np.stack(np.unravel_index(np.flatnonzero(center_map > threshold), center_map.shape), axis=1)
    scores = center_map[tuple(cells.T)]
    for shift in _NEIGHBORS:
        # At the border a neighbor outside becomes one inside, which lies in the same window.
        around = np.clip(cells + shift, 0, last)
        peak = center_map[tuple(around.T)] <= scores
        cells, scores = cells[peak], scores[peak]
    order = np.argsort(-scores, kind="stable")[:MOST_PEOPLE]
    return cells[order], scores[order]
