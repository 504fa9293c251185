"""Rotations in the mode that a bone has: quaternions, Euler angles in any order, axis and angle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mathutils import Euler, Quaternion

if TYPE_CHECKING:
    from romp_core.typing import Array

QUATERNION, AXIS_ANGLE = "QUATERNION", "AXIS_ANGLE"
_PROPERTIES = {QUATERNION: "rotation_quaternion", AXIS_ANGLE: "rotation_axis_angle"}


def rotation_property(mode: str) -> str:
    """Name of the property of pose bones that holds a rotation in this mode."""
    return _PROPERTIES.get(mode, "rotation_euler")


def in_mode(mode: str, rotations: Array) -> Array:
    """Quaternions wxyz (n, 4), sign-continuous -> values: (n, 4), or (n, 3) Euler angles, radians, continuous."""
    import numpy as np

    if mode == QUATERNION:
        return rotations
    if mode == AXIS_ANGLE:
        axes = rotations[:, 1:]
        lengths = np.linalg.norm(axes, axis=1, keepdims=True)
        angles = 2 * np.unwrap(np.arctan2(lengths[:, 0], rotations[:, 0]))
        units = np.where(lengths > 1e-9, axes / np.maximum(lengths, 1e-9), [0.0, 1.0, 0.0])
        return np.concatenate([angles[:, None], units], axis=1)
    values, before = np.empty((len(rotations), 3)), Euler((0.0, 0.0, 0.0), mode)
    for row, quaternion in enumerate(rotations):
        before = Quaternion(quaternion).to_euler(mode, before)
        values[row] = before
    return values


def from_mode(mode: str, values: Array) -> Array:
    """What Blender makes of values of a mode, also of interpolated ones: quaternions wxyz (n, 4)."""
    import numpy as np

    from romp_core.geometry.rotations import normalize, quat_from_rotvec, quat_multiply

    if mode == QUATERNION:
        return normalize(values)
    if mode == AXIS_ANGLE:
        return quat_from_rotvec(normalize(values[:, 1:]) * values[:, :1])
    turn = np.broadcast_to([1.0, 0.0, 0.0, 0.0], (len(values), 4))
    for axis in mode:  # the first one is applied first
        column = "XYZ".index(axis)
        turn = quat_multiply(quat_from_rotvec(values[:, [column]] * np.eye(3)[column]), turn)
    return turn
