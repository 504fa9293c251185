"""The rotation from camera space to a level world."""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import matrix_from_rotvec, normalize
from ...geometry.spaces import WORLD_FROM_CAMERA_AXES
from ...take.settings.level import LevelSettings
from ...typing import Array


def camera_rotation(up: Array | None, settings: LevelSettings) -> Array:
    """Rotation (3, 3) from camera space to the world, whose z is `up` (3,) in camera space; None: a level camera.

    The camera looks along +y of the world. The settings' tilt and roll turn the camera afterwards.
    """
    rotation = WORLD_FROM_CAMERA_AXES
    if up is not None:
        optical_axis, image_up = np.array([0.0, 0.0, 1.0]), np.array([0.0, -1.0, 0.0])
        forward = optical_axis if abs(up @ optical_axis) < 0.95 else image_up
        y = normalize(forward - up * (up @ forward))
        rotation = np.stack([np.cross(y, up), y, up])
    pitch = matrix_from_rotvec(np.array([-np.radians(settings.tilt), 0.0, 0.0]))
    return rotation @ pitch @ matrix_from_rotvec(np.array([0.0, 0.0, np.radians(settings.roll)]))
