"""Two-bone inverse kinematics of the legs: the ankle goes to a place, the foot keeps its direction."""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import normalize, quat_conjugate, quat_from_rotvec, quat_multiply, quat_rotate
from ...geometry.skeleton import forward_kinematics
from ...typing import Array

_REACH = 0.998
"""A leg is never stretched quite straight, so that its bend plane stays defined."""


def reach(rotations: Array, root: Array, rest_joints: Array, balls: Array) -> Array:
    """Rotations (m, 24, 4) whose balls of the feet are at `balls` (m, 2, 3), as far as the legs can reach.

    Hip, knee and ankle turn: the knee opens or closes in its own bend plane, the hip swings the leg the shortest way.
    """
    joints, orientations = forward_kinematics(rotations, root, rest_joints)
    result = np.array(rotations, dtype=np.float64)
    for side in (0, 1):
        hip, knee, ankle, ball = (joint + side for joint in (1, 4, 7, 10))
        goal = balls[:, side] - (joints[:, ball] - joints[:, ankle])
        thigh, shin = (joints[:, knee] - joints[:, hip], joints[:, ankle] - joints[:, knee])
        upper, lower = (np.linalg.norm(rest_joints[a] - rest_joints[b]) for a, b in ((knee, hip), (ankle, knee)))
        span = np.linalg.norm(goal - joints[:, hip], axis=-1)
        span = np.clip(span, abs(upper - lower) + 0.02, (upper + lower) * _REACH)
        wanted = np.arccos(np.clip((span**2 - upper**2 - lower**2) / (2 * upper * lower), -1, 1))
        normal = np.cross(thigh, shin)
        sine = np.linalg.norm(normal, axis=-1)
        hinge = quat_rotate(orientations[:, hip], np.array([1.0, 0.0, 0.0]))
        axis = np.where(sine[:, None] > 1e-3 * upper * lower, normalize(normal), hinge)
        present = np.arctan2(sine, (thigh * shin).sum(axis=-1))
        bend = quat_from_rotvec(axis * (wanted - present)[:, None])
        swing = _shortest(thigh + quat_rotate(bend, shin), goal - joints[:, hip])
        thigh_turn = quat_multiply(swing, orientations[:, hip])
        shin_turn = quat_multiply(swing, quat_multiply(bend, orientations[:, knee]))
        result[:, hip] = quat_multiply(quat_conjugate(orientations[:, 0]), thigh_turn)
        result[:, knee] = quat_multiply(quat_conjugate(thigh_turn), shin_turn)
        result[:, ankle] = quat_multiply(quat_conjugate(shin_turn), orientations[:, ankle])
    return result


def out_of_reach(hips: Array, ankles: Array, rest_joints: Array) -> Array:
    """What each leg lacks (m, 2, 3), meters, to span from its hip to where its ankle shall be, (m, 2, 3) both."""
    hip, knee, ankle = (list(pair) for pair in ((1, 2), (4, 5), (7, 8)))
    bones = (rest_joints[knee] - rest_joints[hip], rest_joints[ankle] - rest_joints[knee])
    length = sum(np.linalg.norm(bone, axis=-1) for bone in bones)[:, None]  # (2, 1)
    leg = ankles - hips
    span = np.linalg.norm(leg, axis=-1, keepdims=True)
    return np.asarray(leg * np.maximum(1 - _REACH * length / np.maximum(span, 1e-6), 0))


def _shortest(a: Array, b: Array) -> Array:
    """Quaternions (m, 4) that turn directions a to b (m, 3)."""
    a, b = normalize(a), normalize(b)
    half = np.concatenate([1 + (a * b).sum(axis=-1, keepdims=True), np.cross(a, b)], axis=-1)
    return normalize(half)
