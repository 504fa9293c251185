"""Where the soles are: a rest skeleton has none, but they lie a known way below ankles and balls of the feet."""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import quat_rotate
from ...geometry.skeleton import JOINT
from ...take.take import Motion
from ...typing import Array
from .legs import ANKLES, BALLS, LegTracks, foot_rotations

FEET = (*ANKLES, *BALLS)
"""Joints above the soles: left and right ankle, left and right ball of the foot."""
_NECK = JOINT["neck"]
_TOUCH_M, _STILL_M_S = 0.02, 0.15
"""Height above the ball, and speed, up to which a heel stands."""


_FACES_UP = -0.2
"""Vertical part of the direction from sole to instep below which nobody stands on the sole."""


def sole_clearance(rest_joints: Array) -> Array:
    """Height (4,) of the `FEET` joints above the sole in the rest pose, meters.

    The ball of the foot lies 2 % of the ankles-to-neck length above the ground.
    """
    standing = rest_joints[_NECK, 1] - rest_joints[ANKLES, 1].mean()
    ground = rest_joints[BALLS, 1].mean() - 0.02 * standing
    return np.asarray(rest_joints[list(FEET), 1] - ground)


def sole_heights(joints: Array, rest_joints: Array) -> Array:
    """Height (m, 4) of the soles below the `FEET` joints, from world joints (m, 24, 3)."""
    return np.asarray(joints[:, list(FEET), 2] - sole_clearance(rest_joints))


def lowest_soles(legs: LegTracks, rest_joints: Array) -> Array:
    """Height (m, 2) of the lower of heel and ball of each foot, from leg tracks in a world with z up."""
    clearance = sole_clearance(rest_joints)
    return np.minimum(legs.ankles[..., 2] - clearance[:2], legs.balls[..., 2] - clearance[2:])


def usable_soles(motion: Motion, legs: LegTracks) -> Array:
    """The same (m, 2) of a motion; infinite where the sole faces up, as of who kneels: then the instep is down."""
    up = quat_rotate(foot_rotations(motion.rotations), np.array([0.0, 1.0, 0.0]))[..., 2]
    return np.where(up < _FACES_UP, np.inf, lowest_soles(legs, motion.rest_joints))


def standing_parts(motion: Motion, times: Array) -> Array:
    """(m, 4) bool: left heel, left ball, right heel, right ball stand.

    Of a foot that stands the ball does; the heel where it touches what the ball stands on, and hardly moves.

    Args:
        motion: in a world with z up. times: (T,) seconds of the footage's frames.
    """
    joints = motion.joints()
    heights = sole_heights(joints, motion.rest_joints)
    heels, balls = heights[:, :2], heights[:, 2:]
    seconds = times[motion.frame_index]
    speed = np.zeros_like(heels)
    if len(seconds) > 1:
        speed = np.linalg.norm(np.gradient(joints[:, ANKLES], seconds, axis=0), axis=-1)
    heel_stands = motion.contacts & (heels - balls < _TOUCH_M) & (speed < _STILL_M_S)
    return np.stack([heel_stands, motion.contacts], axis=-1).reshape(-1, 4)
