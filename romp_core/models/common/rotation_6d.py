"""The 6D representation of rotations.

Zhou et al. 2019, "On the Continuity of Rotation Representations in Neural Networks".
Its numbers are the first two columns of the matrix, interleaved. Signs and degenerate cases are those of the reference
implementation, so that its files and ours hold the same numbers.
"""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import rotvec_from_quat
from ...typing import Array

_TINY = 1e-6


def matrix_from_6d(rotations_6d: Array) -> Array:
    """Gram-Schmidt on the two columns. (..., 6) -> (..., 3, 3); zeros give the zero matrix."""
    columns = np.asarray(rotations_6d).reshape(*np.shape(rotations_6d)[:-1], 3, 2)
    first = _unit(columns[..., 0])
    second = columns[..., 1]
    second = _unit(second - (first * second).sum(axis=-1, keepdims=True) * first)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def quat_from_matrix(matrix: Array) -> Array:
    """(..., 3, 3) -> (..., 4) wxyz, the component that is safe to divide by chosen by signs of the diagonal."""
    m = np.asarray(matrix)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    wx, wy, wz = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    # Four times the squares of x, y, z and w.
    x2, y2, z2, w2 = 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz, 1 + xx + yy + zz
    below = zz < _TINY
    by_x, by_y, by_z = below & (xx > yy), below & (xx <= yy), ~below & (xx < -yy)
    cases = [
        (by_x, x2, (wx, x2, xy, xz)),
        (by_y, y2, (wy, xy, y2, yz)),
        (by_z, z2, (wz, xz, yz, z2)),
        (~(by_x | by_y | by_z), w2, (w2, wx, wy, wz)),
    ]
    quat = np.empty((*m.shape[:-2], 4), dtype=m.dtype)
    for rows, squared, parts in cases:
        quat[rows] = 0.5 * np.stack(parts, axis=-1)[rows] / np.sqrt(squared[rows])[..., None]
    return quat


def quat_from_6d(rotations_6d: Array) -> Array:
    """(..., 6) -> (..., 4) float32 wxyz, unit, also where the numbers describe no rotation."""
    turns = quat_from_matrix(matrix_from_6d(rotations_6d))
    lengths = np.linalg.norm(turns, axis=-1, keepdims=True)  # zeros give half a unit
    quats = np.zeros(turns.shape, np.float32)
    quats[..., 0] = 1
    np.divide(turns, lengths, out=quats, where=np.isfinite(lengths))
    return quats


def rotvec_from_6d(rotations_6d: Array) -> Array:
    """(..., 6) -> (..., 3) float32 radians; what is not a number becomes 0."""
    return np.nan_to_num(rotvec_from_quat(quat_from_matrix(matrix_from_6d(rotations_6d)))).astype(np.float32)


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _TINY)
