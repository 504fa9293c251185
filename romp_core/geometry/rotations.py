"""Rotations in batches: quaternions (wxyz, unit), matrices, rotation vectors (radians). Last axes hold the rotation.

Formulas: Solà, "Quaternion kinematics for the error-state Kalman filter" (2017), sections 1 and 2;
matrix to quaternion by Shepperd's method (1978).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..typing import Array

_TINY = 1e-12


_SHEPPERD = np.array(
    [
        # w: w x y z    x: w x y z    y: w x y z    z: w x y z
        [1, 0, 0, 0,    0, 1, 0, 0,   0, 0, -1, 0,  0, 0, 0, -1],  # m00
        [0, 0, 0, -1,   0, 0, 1, 0,   0, 1, 0, 0,   -1, 0, 0, 0],  # m01
        [0, 0, 1, 0,    0, 0, 0, 1,   1, 0, 0, 0,   0, 1, 0, 0],  # m02
        [0, 0, 0, 1,    0, 0, 1, 0,   0, 1, 0, 0,   1, 0, 0, 0],  # m10
        [1, 0, 0, 0,    0, -1, 0, 0,  0, 0, 1, 0,   0, 0, 0, -1],  # m11
        [0, -1, 0, 0,   -1, 0, 0, 0,  0, 0, 0, 1,   0, 0, 1, 0],  # m12
        [0, 0, -1, 0,   0, 0, 0, 1,   -1, 0, 0, 0,  0, 1, 0, 0],  # m20
        [0, 1, 0, 0,    1, 0, 0, 0,   0, 0, 0, 1,   0, 0, 1, 0],  # m21
        [1, 0, 0, 0,    0, -1, 0, 0,  0, 0, -1, 0,  0, 0, 0, 1],  # m22
    ],
    dtype=np.float64,
)  # fmt: skip
"""From a matrix to the quaternion times four times each of its components, but for 1 on the diagonal."""


def normalize(vectors: Array) -> Array:
    """Scale the last axis to unit length; (near) zero vectors stay finite."""
    return np.asarray(vectors / np.maximum(length(vectors), _TINY))


def length(vectors: Array) -> Array:
    """Length along the last axis, which stays: (..., n) -> (..., 1)."""
    vectors = np.asarray(vectors)
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", vectors, vectors))[..., None])


def cross(a: Array, b: Array) -> Array:
    """Cross product along the last axis, broadcasting; several times as fast as `numpy.cross` on few vectors."""
    a0, a1, a2 = _components(a)
    b0, b1, b2 = _components(b)
    first = a1 * b2 - a2 * b1
    result = np.empty((*first.shape, 3), first.dtype)
    result[..., 0], result[..., 1], result[..., 2] = first, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0
    return result


def _components(vectors: Array) -> list[Any]:
    vectors = np.asarray(vectors)
    return [vectors[..., axis] for axis in range(vectors.shape[-1])]


def quat_multiply(a: Array, b: Array) -> Array:
    """Hamilton product a * b: apply b first. (..., 4) x (..., 4) -> (..., 4)."""
    aw, ax, ay, az = _components(a)
    bw, bx, by, bz = _components(b)
    first = aw * bw - ax * bx - ay * by - az * bz
    result = np.empty((*first.shape, 4), first.dtype)
    result[..., 0] = first
    result[..., 1] = aw * bx + ax * bw + ay * bz - az * by
    result[..., 2] = aw * by - ax * bz + ay * bw + az * bx
    result[..., 3] = aw * bz + ax * by - ay * bx + az * bw
    return result


def quat_conjugate(q: Array) -> Array:
    """Inverse of unit quaternions. (..., 4) -> (..., 4)."""
    return np.asarray(q) * np.array([1.0, -1.0, -1.0, -1.0])


def quat_rotate(q: Array, vectors: Array) -> Array:
    """Rotate vectors by unit quaternions, broadcasting. (..., 4), (..., 3) -> (..., 3)."""
    q = np.asarray(q)
    axis = q[..., 1:]
    twice = 2.0 * cross(axis, vectors)
    return np.asarray(vectors + q[..., :1] * twice + cross(axis, twice))


def quat_from_rotvec(rotvec: Array) -> Array:
    """Exponential map. (..., 3) radians -> (..., 4)."""
    rotvec = np.asarray(rotvec, dtype=np.float64)
    angle = length(rotvec)
    scale = np.where(angle > _TINY, np.sin(angle / 2) / np.maximum(angle, _TINY), 0.5)
    return np.concatenate([np.cos(angle / 2), scale * rotvec], axis=-1)


def rotvec_from_quat(q: Array) -> Array:
    """Logarithm map, angles in [0, pi]. (..., 4) -> (..., 3) radians."""
    q = np.asarray(q, dtype=np.float64)
    cosine, sine = q[..., :1], length(q[..., 1:])
    scale = np.where(sine > _TINY, 2 * np.arctan2(sine, np.abs(cosine)) / np.maximum(sine, _TINY), 2.0)
    return np.asarray(q[..., 1:] * np.where(cosine < 0, -scale, scale))


def matrix_from_quat(q: Array) -> Array:
    """(..., 4) -> (..., 3, 3)."""
    w, x, y, z = _components(q)
    x2, y2, z2 = x + x, y + y, z + z
    xx, yy, zz, xy, xz, yz, wx, wy, wz = x * x2, y * y2, z * z2, x * y2, x * z2, y * z2, w * x2, w * y2, w * z2
    matrix = np.empty((*w.shape, 3, 3), w.dtype)
    matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 0, 2] = 1 - (yy + zz), xy - wz, xz + wy
    matrix[..., 1, 0], matrix[..., 1, 1], matrix[..., 1, 2] = xy + wz, 1 - (xx + zz), yz - wx
    matrix[..., 2, 0], matrix[..., 2, 1], matrix[..., 2, 2] = xz - wy, yz + wx, 1 - (xx + yy)
    return matrix


def quat_from_matrix(matrix: Array) -> Array:
    """(..., 3, 3) -> (..., 4) with w >= 0, numerically stable at every angle (Shepperd)."""
    m = np.asarray(matrix, dtype=np.float64)
    candidates = (m.reshape(-1, 9) @ _SHEPPERD).reshape(*m.shape[:-2], 4, 4)
    candidates[..., [0, 1, 2, 3], [0, 1, 2, 3]] += 1
    best = np.einsum("...ii->...i", candidates).argmax(axis=-1)[..., None, None]
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
    return np.where(np.einsum("...i,...i->...", q, reference)[..., None] < 0, -1.0, 1.0)


def make_continuous(q: Array) -> Array:
    """Flip signs along the first axis so that neighbors lie in one hemisphere. (T, ..., 4) -> (T, ..., 4)."""
    q = np.array(q, dtype=np.float64)
    if len(q) > 1:
        q[1:] *= np.cumprod(side_of(q[1:], q[:-1]), axis=0)
    return q


def slerp(a: Array, b: Array, t: Array | float) -> Array:
    """Shortest-way spherical interpolation. (..., 4), (..., 4), t broadcast to (...) in 0..1 -> (..., 4)."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    t = np.asarray(t)[..., None]
    b = b * side_of(a, b)
    angle = 2 * np.arctan2(length(b - a), length(b + a))  # in four dimensions
    sine = np.sin(angle)
    far = sine > 1e-6
    scale = 1 / np.where(far, sine, 1.0)
    before, after = np.where(far, np.sin((1 - t) * angle) * scale, 1 - t), np.where(far, np.sin(t * angle) * scale, t)
    return np.asarray(before * a + after * b)


def shortest_turn(a: Array, b: Array) -> Array:
    """Smallest rotations between unit vectors that are not opposite. (..., 3), (..., 3) -> (..., 4)."""
    half = np.concatenate([1 + np.einsum("...i,...i->...", a, b)[..., None], cross(a, b)], axis=-1)
    return normalize(half)


def angle_between(a: Array, b: Array) -> Array:
    """Angle of the rotation from a to b, radians. (..., 4), (..., 4) -> (...)."""
    turn = quat_multiply(quat_conjugate(a), b)
    return np.asarray(2 * np.arctan2(length(turn[..., 1:])[..., 0], np.abs(turn[..., 0])))
