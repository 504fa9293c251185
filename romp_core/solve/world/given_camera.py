"""A camera that the user gave: its path for the solve, and the way from the solve's world to the one it is in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...geometry.rotations import matrix_from_quat, quat_conjugate, quat_multiply, quat_rotate
from ...take.edits import CameraEdit
from ...take.take import Camera
from ...typing import Array

_UP = np.array([0.0, 0.0, 1.0])


def given_path(edit: CameraEdit, unit: float) -> tuple[Camera, Array]:
    """Its path in the space of the first frame's camera, and (3,) the way up in the same space.

    Args:
        unit: meters of the user per meter of the solve.
    """
    rotations, positions = edit.rotation_array, edit.position_array
    back = quat_conjugate(rotations[0])
    path = Camera(edit.fov, quat_multiply(back, rotations), quat_rotate(back, positions - positions[0]) / unit)
    return path, quat_rotate(back, _UP)


def first_rotation(edit: CameraEdit) -> Array:
    """From the space of the first frame's camera to the world, (3, 3)."""
    return matrix_from_quat(edit.rotation_array[0])


def onto_given(edit: CameraEdit, camera: Camera) -> tuple[Camera, Array]:
    """The camera where it was given, and (3,) by how much the world is shifted for that, in the user's meters."""
    offset = edit.position_array[0] - camera.position[0]
    return replace(camera, position=camera.position + offset), offset
