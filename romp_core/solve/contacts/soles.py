"""Where the soles are: a rest skeleton has none, but they lie a known way below ankles and balls of the feet."""

from __future__ import annotations

import numpy as np

from ...geometry.skeleton import JOINT
from ...typing import Array
from .legs import ANKLES, BALLS, LegTracks

FEET = (*ANKLES, *BALLS)
"""Joints above the soles: left and right ankle, left and right ball of the foot."""
_NECK = JOINT["neck"]


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
