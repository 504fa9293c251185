"""Rotations in batches: quaternions (wxyz, unit), matrices, rotation vectors (radians). Last axes hold the rotation.

Formulas: Solà, "Quaternion kinematics for the error-state Kalman filter" (2017), sections 1 and 2;
matrix to quaternion by Shepperd's method (1978).
"""

from __future__ import annotations

import numpy as np

from ..typing import Array

_TINY = 1e-12


def normalize(vectors: Array) -> Array:
    """Scale the last axis to unit length; (near) zero vectors stay finite."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _TINY)


def quat_multiply(a: Array, b: Array) -> Array:
    """Hamilton product a * b: apply b first. (..., 4) x (..., 4) -> (..., 4)."""
    aw, ax, ay, az = np.moveaxis(np.asarray(a), -1, 0)
    bw, bx, by, bz = np.moveaxis(np.asarray(b), -1, 0)
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )


def quat_conjugate(q: Array) -> Array:
    """Inverse of unit quaternions. (..., 4) -> (..., 4)."""
    return np.asarray(q) * np.array([1.0, -1.0, -1.0, -1.0])


def quat_rotate(q: Array, vectors: Array) -> Array:
    """Rotate vectors by unit quaternions, broadcasting. (..., 4), (..., 3) -> (..., 3)."""
    q = np.asarray(q)
    axis = q[..., 1:]
    twice = 2.0 * np.cross(axis, vectors)
    return vectors + q[..., :1] * twice + np.cross(axis, twice)


def quat_from_rotvec(rotvec: Array) -> Array:
    """Exponential map. (..., 3) radians -> (..., 4)."""
    rotvec = np.asarray(rotvec, dtype=np.float64)
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    return np.concatenate([np.cos(angle / 2), 0.5 * np.sinc(angle / (2 * np.pi)) * rotvec], axis=-1)


def rotvec_from_quat(q: Array) -> Array:
    """Logarithm map, angles in [0, pi]. (..., 4) -> (..., 3) radians."""
    q = np.asarray(q, dtype=np.float64)
    q = np.where(q[..., :1] < 0, -q, q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, q[..., :1])
    return q[..., 1:] * np.where(sine > _TINY, angle / np.maximum(sine, _TINY), 2.0)


def matrix_from_quat(q: Array) -> Array:
    """(..., 4) -> (..., 3, 3)."""
    w, x, y, z = np.moveaxis(np.asarray(q), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def quat_from_matrix(matrix: Array) -> Array:
    """(..., 3, 3) -> (..., 4) with w >= 0, numerically stable at every angle (Shepperd)."""
    m = np.asarray(matrix, dtype=np.float64)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    # The four squared components times 4, and the products w*x ... z*y they are paired with.
    squares = np.stack([1 + m00 + m11 + m22, 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22], axis=-1)
    wx, wy, wz = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    candidates = np.stack(
        [
            np.stack([squares[..., 0], wx, wy, wz], axis=-1),
            np.stack([wx, squares[..., 1], xy, xz], axis=-1),
            np.stack([wy, xy, squares[..., 2], yz], axis=-1),
            np.stack([wz, xz, yz, squares[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    best = squares.argmax(axis=-1)[..., None, None]
    q = normalize(np.take_along_axis(candidates, best, axis=-2)[..., 0, :])
    return np.where(q[..., :1] < 0, -q, q)


def matrix_from_rotvec(rotvec: Array) -> Array:
    """(..., 3) -> (..., 3, 3)."""
    return matrix_from_quat(quat_from_rotvec(rotvec))


def rotvec_from_matrix(matrix: Array) -> Array:
    """(..., 3, 3) -> (..., 3)."""
    return rotvec_from_quat(quat_from_matrix(matrix))


def side_of(q: Array, reference: Array) -> Array:
    """1 or -1 (..., 1): the sign that brings quaternions to the hemisphere of others. (..., 4), (..., 4)."""
    return np.where((q * reference).sum(axis=-1, keepdims=True) < 0, -1.0, 1.0)


def make_continuous(q: Array) -> Array:
    """Flip signs along the first axis so that neighbors lie in one hemisphere. (T, ..., 4) -> (T, ..., 4)."""
    q = np.array(q, dtype=np.float64)
    if len(q) > 1:
        q[1:] *= np.cumprod(side_of(q[1:], q[:-1]), axis=0)
    return q


def slerp(a: Array, b: Array, t: Array | float) -> Array:
    """Shortest-way spherical interpolation. (..., 4), (..., 4), t broadcast to (...) in 0..1 -> (..., 4)."""
    step = rotvec_from_quat(quat_multiply(quat_conjugate(a), b))
    return quat_multiply(a, quat_from_rotvec(step * np.asarray(t)[..., None]))


def angle_between(a: Array, b: Array) -> Array:
    """Angle of the rotation from a to b, radians. (..., 4), (..., 4) -> (...)."""
    return np.linalg.norm(rotvec_from_quat(quat_multiply(quat_conjugate(a), b)), axis=-1)
