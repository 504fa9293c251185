"""One-to-one matching."""

from __future__ import annotations

import numpy as np

from ..typing import Array


def unique_pairs(cost: Array, most: float) -> list[tuple[int, int]]:
    """(row, column) pairs of least total cost, by row; each row and column at most once; to stay alone costs `most`."""
    if not cost.size:
        return []
    best = cost.argmin(axis=1)
    rows = np.flatnonzero(cost.min(axis=1) < most)
    if len(set(best[rows].tolist())) == len(rows):  # nobody wants the same: nothing can be cheaper
        return [(int(row), int(best[row])) for row in rows]
    from munkres import Munkres  # the models' cards reach this module: they are listed without the libraries

    bounded = np.minimum(cost, most)
    transposed = bounded.shape[0] > bounded.shape[1]
    pairs = Munkres().compute((bounded.T if transposed else bounded).tolist())
    ordered = [(column, row) if transposed else (row, column) for row, column in pairs]
    return sorted((row, column) for row, column in ordered if cost[row, column] < most)
