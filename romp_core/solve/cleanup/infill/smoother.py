"""Rotations smoothed over time as a whole: as near to what was seen as their weights ask for, with little acceleration.

Unknown small turns d_t, R_t <- R_t exp(d_t), minimize  sum w_t |d_t - o_t|^2 + stiffness sum |accelerations|^2,  with
o_t = log(R_t^T observed): one pentadiagonal system per joint, by Cholesky (Golub & Van Loan, Matrix Computations, 4.3).
"""

from __future__ import annotations

import numpy as np

from ....geometry.rotations import quat_conjugate, quat_from_rotvec, quat_multiply, rotvec_from_quat
from ....typing import Array

_PASSES = 3
_STIFFNESS, _AT_FPS, _AT_NOISE = 2.0, 30.0, 0.03
"""Weight of accelerations at this frame rate and with this noise, radians. Both terms in radians over their deviations
give  stiffness ~ noise^2 fps^4."""
_HUBER = 0.15
"""Radians beyond which an observation pulls no harder."""
_LARGEST_STEP = 0.5


def smooth_track(start: Array, observed: Array, weights: Array, fps: float, noise: float) -> Array:
    """Rotations (T, J, 4) that follow the observed ones.

    Args:
        start: (T, J, 4) where to start from; observed: (T, J, 4); weights: (T, J), 1 for what is seen with a deviation
            of `noise` radians.
    """
    stiffness = stiffness_of(fps, noise)
    rotations = np.asarray(start, np.float64)
    if len(rotations) < 3:
        return rotations
    for _ in range(_PASSES):
        inverse = quat_conjugate(rotations)
        off = rotvec_from_quat(quat_multiply(inverse, observed))
        steps = rotvec_from_quat(quat_multiply(inverse[:-1], rotations[1:]))
        distance = np.linalg.norm(off, axis=-1)
        trusted = weights * np.minimum(1, _HUBER / np.maximum(distance, 1e-9))
        right = trusted[..., None] * off - stiffness * _second_transposed(np.diff(steps, axis=0))
        turn = solve_stiff(trusted, stiffness, right)
        size = np.linalg.norm(turn, axis=-1, keepdims=True)
        turn = turn * np.minimum(1, _LARGEST_STEP / np.maximum(size, 1e-9))
        rotations = quat_multiply(rotations, quat_from_rotvec(turn))
    return rotations


def stiffness_of(fps: float, noise: float) -> float:
    """Weight of squared second differences, where what is seen has weight 1 and a deviation of `noise`."""
    return _STIFFNESS * (fps / _AT_FPS) ** 4 * (noise / _AT_NOISE) ** 2


def solve_stiff(weights: Array, stiffness: float, right: Array) -> Array:
    """Solve  (diag(weights) + stiffness D^T D) x = right  with second differences D, for many columns.

    Args:
        weights: (T, J) above 0, at least 3 rows; right: (T, J, n).
    """
    count = len(weights)
    ones = np.ones(count - 2)
    main, near = np.zeros(count), np.zeros(count)
    main[:-2] += ones
    main[1:-1] += 4 * ones
    main[2:] += ones
    near[:-2] -= 2 * ones
    near[1:-1] -= 2 * ones
    pivot, first, second = (np.zeros(weights.shape) for _ in range(3))  # of L D L^T
    x = np.array(right, np.float64)
    tiny = 1e-9
    for t in range(count):
        diagonal = weights[t] + stiffness * main[t] + tiny
        edge = np.full(weights.shape[1], stiffness * near[t - 1]) if t else 0.0
        if t >= 2:
            second[t] = stiffness / pivot[t - 2]
            edge = edge - first[t - 1] * pivot[t - 2] * second[t]
            diagonal = diagonal - second[t] ** 2 * pivot[t - 2]
            x[t] -= second[t][:, None] * x[t - 2]
        if t >= 1:
            first[t] = edge / pivot[t - 1]
            diagonal = diagonal - first[t] ** 2 * pivot[t - 1]
            x[t] -= first[t][:, None] * x[t - 1]
        pivot[t] = diagonal
    x /= pivot[..., None]
    for t in range(count - 2, -1, -1):
        x[t] -= first[t + 1][:, None] * x[t + 1]
        if t + 2 < count:
            x[t] -= second[t + 2][:, None] * x[t + 2]
    return x


def _second_transposed(values: Array) -> Array:
    """(T - 2, ...) -> (T, ...): transposed second differences."""
    result = np.zeros((len(values) + 2, *values.shape[1:]))
    result[:-2] += values
    result[1:-1] -= 2 * values
    result[2:] += values
    return result
