"""Feet on and above the floor: toes bend where the foot rolls over them, heels come down no further than the floor."""

from __future__ import annotations

import numpy as np

from ...bodies.skin_points import foot_points
from ...geometry.rotations import matrix_from_quat, quat_from_rotvec, quat_multiply, quat_rotate
from ...typing import Array
from .detection import runs
from .legs import ANKLES, BALLS, STRAIGHT, foot_rotations, leg_joints, reach
from .soles import sole_clearance

_MOST_BEND = np.radians(60.0)
"""Of the toes, upward."""
_STEPS = 8
"""Of bisection: a quarter of a degree."""


def feet_above(
    rotations: Array, root: Array, rest_joints: Array, height: float, floor: Array, standing: Array
) -> Array:
    """Local rotations (n, 24, 4) whose feet are nowhere below the floor.

    Of a foot that stands the ball stays, and the foot turns about it. What that leaves, the leg raises. Toes bend.

    Args:
        height: of the body, meters; floor: (n,) its height in the world; standing: (n, 2) bool.
    """
    heels, feet, tips, toes = (points * height for points in foot_points())
    turned = foot_rotations(rotations)
    balls = leg_joints(rotations, root, rest_joints).ball
    level = np.maximum(quat_rotate(turned, np.array([0.0, 1.0, 0.0]))[..., 2], 0.0)
    sunk = np.maximum(floor[:, None] + level * sole_clearance(rest_joints)[2:] - balls[..., 2], 0.0) * ~standing
    balls[..., 2] += sunk
    ankle_from_ball = rest_joints[ANKLES] - rest_joints[BALLS]
    # About the ball, in the axes of the foot: x is its hinge.
    raised = _least_bend(turned, balls, heels + ankle_from_ball[:, None], floor, -1.0)
    turned = np.where(standing[..., None], quat_multiply(turned, _about_x(raised)), turned)
    result = np.array(rotations)
    bend = _least_bend(turned, balls, tips, floor, 1.0, result[:, BALLS])
    result[:, BALLS] = quat_multiply(_about_x(-bend), result[:, BALLS])
    lowest = np.minimum(
        _lowest(turned, feet + ankle_from_ball[:, None]), _lowest(quat_multiply(turned, result[:, BALLS]), toes)
    )
    below = np.maximum(floor[:, None] - balls[..., 2] - lowest, 0.0)
    for foot in (0, 1):  # soles of other shapes: the same all through a stand
        for start, stop in runs(standing[:, foot]):
            below[start:stop, foot] = np.maximum(below[start:stop, foot], np.median(below[start:stop, foot]))
    balls[..., 2] += below
    changed = ((below > 0) | (sunk > 0) | (raised > 0)).any(axis=1)
    result[changed] = reach(result[changed], root[changed], rest_joints, balls[changed], turned[changed], STRAIGHT)
    return result


def _least_bend(
    turned: Array, balls: Array, points: Array, floor: Array, sign: float, inner: Array | None = None
) -> Array:
    """Least angle (n, 2) about the hinge of the ball that brings points (2, D, 3) around it above the floor; the most
    where none does. `sign` is -1 for points behind the ball.

    Args:
        turned: (n, 2, 4) rotations of the feet. inner: (n, 2, 4) of the points in them; None for none.
    """

    def lowest(angle: Array) -> Array:
        frames = quat_multiply(turned, _about_x(-sign * angle))
        return balls[..., 2] + _lowest(frames if inner is None else quat_multiply(frames, inner), points)

    low, high = np.zeros(balls.shape[:2]), np.zeros(balls.shape[:2])
    below = lowest(low) < floor[:, None] - 1e-4
    high[below] = _MOST_BEND
    if not below.any():
        return high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        clear = lowest(middle) >= floor[:, None]
        low, high = np.where(clear, low, middle), np.where(clear, middle, high)
    return high


def _lowest(turned: Array, points: Array) -> Array:
    """Height (n, 2) of the lowest of points (2, D, 3) in frames that are turned so, (n, 2, 4)."""
    return np.asarray(np.einsum("nfj,fdj->nfd", matrix_from_quat(turned)[..., 2, :], points).min(axis=2))


def _about_x(angle: Array) -> Array:
    """Quaternions (..., 4) of turns about the x axis."""
    return quat_from_rotvec(np.stack([angle, np.zeros_like(angle), np.zeros_like(angle)], axis=-1))
