"""Solver for normal equations of many samples that are coupled only through accelerations."""

from __future__ import annotations

import numpy as np

from ...typing import Array


def solve_frames(blocks: Array, right: Array, first: Array, second: Array) -> Array:
    """Solve a symmetric positive definite system whose samples are coupled to two neighbors on either side.

    Args:
        blocks: (T, n, n) block of each sample; not modified.
        right: (T, n) right-hand side.
        first: (T-1, n) diagonal of the coupling between samples t and t+1.
        second: (T-2, n) diagonal of the coupling between samples t and t+2.

    Returns:
        solution (T, n). Block LDL factorization (Golub & Van Loan, Matrix Computations, section 4.5).
    """
    count = len(right)
    if not (first.any() or second.any()):
        return np.asarray(np.linalg.solve(blocks, right[..., None])[..., 0])
    inverses = np.empty_like(blocks)  # of the pivots
    lower = np.empty_like(blocks)  # factor of sample t on t-1; the one on t-2 is a diagonal times an inverse pivot
    solution = np.array(right)
    for t in range(count):
        pivot = blocks[t]
        if t >= 1:
            edge = np.diag(first[t - 1])
            if t >= 2:
                far = second[t - 2]
                edge -= far[:, None] * lower[t - 1].T
                pivot = pivot - far[:, None] * inverses[t - 2] * far
                solution[t] -= far * (inverses[t - 2] @ solution[t - 2])
            np.matmul(edge, inverses[t - 1], out=lower[t])
            pivot = pivot - lower[t] @ edge.T
            solution[t] -= lower[t] @ solution[t - 1]
        inverses[t] = _inverse(pivot)
    for t in range(count - 1, -1, -1):
        if t + 2 < count:
            solution[t] -= second[t] * solution[t + 2]
        solution[t] = inverses[t] @ solution[t]
        if t + 1 < count:
            solution[t] -= lower[t + 1].T @ solution[t + 1]
    return solution


def _inverse(matrix: Array) -> Array:
    """Inverse of a symmetric positive definite matrix, in halves: twice as fast as `numpy.linalg.inv` of the whole.

    It is symmetric to the last digit, without which the errors of the factorization would double in every sample.
    """
    half = len(matrix) // 2
    upper, across = np.linalg.inv(matrix[:half, :half]), matrix[:half, half:]
    reach = upper @ across
    corner = np.linalg.inv(matrix[half:, half:] - across.T @ reach)
    side = reach @ corner
    result = np.empty_like(matrix)
    result[:half, :half] = upper + side @ reach.T
    result[:half, half:] = -side
    result[half:, half:] = corner
    result[half:, :half] = -side.T
    return np.asarray((result + result.T) / 2)
