"""Trajectories of the body: relative ones, as the motion encoder reads them, and those in camera space.

Rotations in 6-D are the first two **rows** of the matrix (Zhou et al. 2019, in the convention of PyTorch3D).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.rotations import normalize
from ...typing import Array

_TINY = 1e-9


@dataclass(frozen=True)
class Statistics:
    """Mean and deviation (9,) of relative trajectories, from the training clips."""

    mean: Array
    deviation: Array


def matrix_from_six(six: Array) -> Array:
    """(..., 6) -> (..., 3, 3), by Gram and Schmidt."""
    first = normalize(six[..., :3])
    second = six[..., 3:] - (first * six[..., 3:]).sum(axis=-1, keepdims=True) * first
    second = normalize(second)
    return np.stack([first, second, np.cross(first, second)], axis=-2)


def six_from_matrix(matrix: Array) -> Array:
    """(..., 3, 3) -> (..., 6)."""
    return np.asarray(matrix[..., :2, :].reshape(*matrix.shape[:-2], 6))


def relative(rotations: Array, positions: Array, statistics: Statistics) -> Array:
    """How each of F frames goes on to the next one, normalized (F, 9); the last one as the one before.

    Args:
        rotations: (F, 3, 3); positions: (F, 3) meters. One frame alone gives zeros.
    """
    if len(rotations) < 2:
        return np.zeros((len(rotations), 9), np.float32)
    back = np.swapaxes(rotations[:-1], -1, -2)
    turn = back @ rotations[1:]
    step = np.einsum("fij,fj->fi", back, np.diff(positions, axis=0))
    values = np.concatenate([six_from_matrix(turn), step], axis=1)
    values = np.concatenate([values, values[-1:]])
    return ((values - statistics.mean) / statistics.deviation).astype(np.float32)


def camera_trajectory(weak: Array, boxes: Array) -> tuple[Array, Array]:
    """Rotations (F, 3, 3) and positions (F, 3) in camera space from weak ones, as CLIFF does (Li et al. 2022).

    Args:
        weak: (F, 9) rotation in 6-D, logarithm of the scale, shift. boxes: (F, 3), center of the crop from the
            principal point and its side, in focal lengths.
    """
    scale, size = np.exp(weak[:, 6]), boxes[:, 2]
    depth = 2 / (scale * size + _TINY)
    shift = weak[:, 7:] + 2 * boxes[:, :2] / (size * scale + _TINY)[:, None]
    return matrix_from_six(weak[:, :6]), np.concatenate([shift, depth[:, None]], axis=1)
