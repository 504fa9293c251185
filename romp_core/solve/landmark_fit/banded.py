"""Solver for normal equations of many samples that are coupled only through accelerations."""

from __future__ import annotations

import numpy as np

from ...typing import Array


def solve_coupled(blocks: Array, right: Array, first: Array, second: Array) -> Array:
    """Solve a symmetric positive definite system whose samples are coupled to two neighbors on either side.

    Args:
        blocks: (T, n, n) block of each sample, at least 3; not modified.
        right: (T, n) right-hand side.
        first: (T-1, n) diagonal of the coupling between samples t and t+1.
        second: (T-2, n) diagonal of the coupling between samples t and t+2.

    Returns:
        solution (T, n). Block LDL factorization (Golub & Van Loan, Matrix Computations, section 4.5) from both ends at
        once, two samples in each step; what is left are two or three samples in the middle.
    """
    count, n = right.shape
    steps = (count - 2) // 2
    near, far = _from_both_ends(first, steps), _from_both_ends(second, steps)
    forward = _from_both_ends(right, steps + 2)
    inverses = np.empty((steps, 2, n, n), blocks.dtype)  # of the pivots
    lower = np.empty((steps + 1, 2, n, n), blocks.dtype)  # factor of a sample on the one before
    diagonal = np.eye(n, dtype=blocks.dtype)
    for t in range(steps + 1):
        pivot = blocks[[t, count - 1 - t]]
        if t >= 1:
            edge = diagonal * near[t - 1]
            if t >= 2:
                edge -= far[t - 2] * _transposed(lower[t - 1])
                pivot -= far[t - 2] * inverses[t - 2] * _transposed(far[t - 2])
            np.matmul(edge, inverses[t - 1], out=lower[t])
            pivot -= lower[t] @ _transposed(edge)
            forward[t] -= lower[t] @ forward[t - 1]
            forward[t + 1] -= far[t - 1] * (inverses[t - 1] @ forward[t - 1])
        if t < steps:
            inverses[t] = _inverse(pivot)
    left = slice(steps, count - steps)
    middle, known = _coupled(blocks[left], first[left], second[left]), right[left].copy()
    ends = ((0, 1), (len(known) - 1, len(known) - 2))  # the samples next to what was eliminated, from either end
    for side, (a, b) in enumerate(ends if steps else ()):
        middle[a, :, a] += pivot[side] - blocks[steps + a]
        middle[b, :, b] -= far[-1, side] * inverses[-1, side] * far[-1, side].T
        across = far[-1, side] * lower[-1, side].T
        middle[b, :, a] -= across
        middle[a, :, b] -= across.T
        known[a] += forward[-2, side, :, 0] - right[steps + a]
        known[b] += forward[-1, side, :, 0] - right[steps + b]
    solution = np.empty_like(right)
    size = known.size
    solution[left] = np.linalg.solve(middle.reshape(size, size), known.ravel()).reshape(-1, n)
    backward = forward
    for side, (a, b) in enumerate(ends):
        backward[-2, side, :, 0], backward[-1, side, :, 0] = solution[steps + a], solution[steps + b]
    for t in range(steps - 1, -1, -1):
        backward[t] = (
            inverses[t] @ (forward[t] - far[t] * backward[t + 2]) - _transposed(lower[t + 1]) @ backward[t + 1]
        )
    solution[:steps], solution[count - steps :] = backward[:steps, 0, :, 0], backward[:steps, 1, :, 0][::-1]
    return solution


def _from_both_ends(values: Array, count: int) -> Array:
    """The first and the last rows (count, 2, n, 1), as columns, the last one first."""
    return np.stack([values[:count], values[::-1][:count]], axis=1)[..., None]


def _transposed(matrices: Array) -> Array:
    return matrices.transpose(0, 2, 1)


def _coupled(blocks: Array, first: Array, second: Array) -> Array:
    """The dense matrix (T, n, T, n) of a few samples."""
    count, n = blocks.shape[:2]
    matrix = np.zeros((count, n, count, n), blocks.dtype)
    diagonal = np.arange(n)
    for t in range(count):
        matrix[t, :, t] = blocks[t]
        for lag, coupling in ((1, first), (2, second)):
            if t + lag < count:
                matrix[t, diagonal, t + lag, diagonal] = matrix[t + lag, diagonal, t, diagonal] = coupling[t]
    return matrix


def _inverse(matrices: Array) -> Array:
    """Inverses of symmetric positive definite matrices, in halves: twice as fast as `numpy.linalg.inv` of the whole.

    They are symmetric to the last digit, without which the errors of the factorization would double in every step.
    """
    half = matrices.shape[-1] // 2
    upper, across = np.linalg.inv(matrices[:, :half, :half]), matrices[:, :half, half:]
    reach = upper @ across
    corner = np.linalg.inv(matrices[:, half:, half:] - _transposed(across) @ reach)
    side = reach @ corner
    result = np.empty_like(matrices)
    result[:, :half, :half] = upper + side @ _transposed(reach)
    result[:, :half, half:] = -side
    result[:, half:, :half] = -_transposed(side)
    result[:, half:, half:] = corner
    return np.asarray((result + _transposed(result)) / 2)
