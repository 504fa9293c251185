"""From camera space to a level world: which way is up, and where the floor is."""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import matrix_from_rotvec, normalize
from ...geometry.skeleton import JOINT
from ...geometry.spaces import WORLD_FROM_CAMERA_AXES
from ...take.settings.level import LevelSettings
from ...typing import Array

FEET = (JOINT["left_ankle"], JOINT["right_ankle"], JOINT["left_foot"], JOINT["right_foot"])
_ANKLES, _NECK = FEET[:2], JOINT["neck"]


def camera_rotation(up: Array | None, settings: LevelSettings) -> Array:
    """Rotation (3, 3) from camera space to the world, whose z is `up` (3,) in camera space; None: a level camera.

    The camera looks along +y of the world. The settings' tilt and roll turn the camera afterwards.
    """
    rotation = WORLD_FROM_CAMERA_AXES
    if up is not None:
        optical, picture_up = np.array([0.0, 0.0, 1.0]), np.array([0.0, -1.0, 0.0])
        ahead = optical if abs(up @ optical) < 0.95 else picture_up
        y = normalize(ahead - up * (up @ ahead))
        rotation = np.stack([np.cross(y, up), y, up])
    pitch = matrix_from_rotvec(np.array([-np.radians(settings.tilt), 0.0, 0.0]))
    return rotation @ pitch @ matrix_from_rotvec(np.array([0.0, 0.0, np.radians(settings.roll)]))


def sole_clearance(rest_joints: Array) -> Array:
    """Height (4,) of the `FEET` joints above the sole in the rest pose, meters.

    The ball of the foot lies 3 % of the ankles-to-neck length above the ground; a rest skeleton has no soles.
    """
    standing = rest_joints[_NECK, 1] - rest_joints[list(_ANKLES), 1].mean()
    ground = rest_joints[list(FEET[2:]), 1].mean() - 0.02 * standing
    return np.asarray(rest_joints[list(FEET), 1] - ground)


def sole_heights(joints: Array, rest_joints: Array) -> Array:
    """Height (m, 4) of the soles below ankles and balls of the feet, from world joints (m, 24, 3)."""
    return np.asarray(joints[:, list(FEET), 2] - sole_clearance(rest_joints))
