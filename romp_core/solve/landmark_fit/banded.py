"""Solver for normal equations of many frames that are coupled only through accelerations."""

from __future__ import annotations

import numpy as np

from ...typing import Array


def solve_frames(blocks: Array, right: Array, first: Array, second: Array) -> Array:
    """Solve a symmetric positive definite system whose frames are coupled to two neighbors on either side.

    Args:
        blocks: (T, n, n) block of each frame; not modified.
        right: (T, n) right-hand side.
        first: (T-1, n) diagonal of the coupling between frames t and t+1.
        second: (T-2, n) diagonal of the coupling between frames t and t+2.

    Returns:
        solution (T, n). Block Cholesky factorization (Golub & Van Loan, Matrix Computations, section 4.5); a
        factorization by inverted pivots is cheaper but loses all digits within a few dozen frames.
    """
    count = len(right)
    if not (first.any() or second.any()):
        return np.linalg.solve(blocks, right[..., None])[..., 0]
    inverses = np.empty_like(blocks)  # of the Cholesky factors of the pivots
    near, far = (np.zeros_like(blocks), np.zeros_like(blocks))  # factor of frame t on t-1 and on t-2
    forward = np.array(right)
    for t in range(count):
        pivot = blocks[t]
        if t >= 1:
            edge = np.diag(first[t - 1])
            if t >= 2:
                far[t] = second[t - 2][:, None] * inverses[t - 2].T
                edge = edge - far[t] @ near[t - 1].T
                pivot = pivot - far[t] @ far[t].T
                forward[t] -= far[t] @ forward[t - 2]
            near[t] = edge @ inverses[t - 1].T
            pivot = pivot - near[t] @ near[t].T
            forward[t] -= near[t] @ forward[t - 1]
        inverses[t] = np.linalg.inv(np.linalg.cholesky(pivot))
        forward[t] = inverses[t] @ forward[t]
    solution = forward
    for t in range(count - 1, -1, -1):
        if t + 1 < count:
            solution[t] -= near[t + 1].T @ solution[t + 1]
        if t + 2 < count:
            solution[t] -= far[t + 2].T @ solution[t + 2]
        solution[t] = inverses[t].T @ solution[t]
    return solution
