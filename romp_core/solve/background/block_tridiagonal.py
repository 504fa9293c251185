"""Symmetric linear systems in which a block of unknowns is coupled to its neighbors only."""

from __future__ import annotations

import numpy as np

from ...typing import Array


def solve_block_tridiagonal(diagonal: Array, upper: Array, right: Array) -> Array:
    """Solve by elimination from the first block to the last.

    Args:
        diagonal: (b, s, s), symmetric. upper: (b - 1, s, s), from each block to the next. right: (b, s, r).

    Returns:
        (b, s, r).
    """
    count = len(diagonal)
    result = np.array(right)
    passed = np.empty_like(upper)
    pivot = diagonal[0]
    for index in range(count):
        if index:
            pivot = diagonal[index] - upper[index - 1].T @ passed[index - 1]
            result[index] -= upper[index - 1].T @ result[index - 1]
        if index < count - 1:
            both = np.linalg.solve(pivot, np.concatenate([upper[index], result[index]], axis=1))
            passed[index], result[index] = both[:, : pivot.shape[0]], both[:, pivot.shape[0] :]
        else:
            result[index] = np.linalg.solve(pivot, result[index])
    for index in range(count - 2, -1, -1):
        result[index] -= passed[index] @ result[index + 1]
    return result
