"""The floor where the user says that it is: below feet of theirs, and moved and turned by numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...geometry.rotations import matrix_from_quat, matrix_from_rotvec, normalize, quat_from_matrix, shortest_turn
from ...take.edits import FEET, FloorEdit
from ...take.take import Camera, Motion
from ...typing import Array
from ..contacts.legs import LegTracks, leg_joints
from ..contacts.soles import lowest_soles
from ..motion_transforms import turned, turned_camera

_AROUND_S = 0.1
"""Time before and after a moment over which a foot is measured."""
_APART = 0.25
"""Meters, root mean square, that feet must be from their middle in a direction to say how the floor rises in it."""
_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class DecidedFloor:
    """Takes the world onto a floor that the user decided on.

    Attributes:
        rotation: (3, 3), and offset: (3,) meters that is added then.
        level: height at which feet stand that stood on the floor that was found, or that the user's feet are on.
    """

    rotation: Array
    offset: Array
    level: float

    def camera(self, camera: Camera) -> Camera:
        """The camera in that world."""
        camera = turned_camera(camera, self.rotation)
        return replace(camera, position=camera.position + self.offset)

    def motion(self, motion: Motion) -> Motion:
        """A motion in that world."""
        return turned(motion, quat_from_matrix(self.rotation), self.offset)


def decided_floor(edit: FloorEdit, points: Array, unit: float) -> DecidedFloor:
    """The floor that a user decided on.

    Args:
        points: (n, 3) of the world that are on it, before it is moved and turned by numbers; none for the floor at 0.
        unit: meters of the user per meter of the world.
    """
    up, height = plane_through(points) if len(points) else (_UP, 0.0)
    onto_feet = matrix_from_quat(shortest_turn(up, _UP))
    about_x, about_y = np.radians(edit.tilt)
    tilt = matrix_from_rotvec(np.array([0.0, about_y, 0.0])) @ matrix_from_rotvec(np.array([about_x, 0.0, 0.0]))
    raised = -tilt.T @ _UP * edit.height / unit
    rotation = tilt.T @ onto_feet
    return DecidedFloor(rotation, raised - rotation @ _UP * height, float(raised[2]))


def plane_through(points: Array) -> tuple[Array, float]:
    """Normal (3,) and height at the origin of the plane that is nearest, up and down, to points (n, 3).

    It is level in directions in which the points are too close together to tell.
    """
    middle = points.mean(axis=0)
    away = points - middle
    _, spread, directions = np.linalg.svd(away[:, :2], full_matrices=False)
    known = directions[spread / np.sqrt(len(points)) >= _APART]
    along = away[:, :2] @ known.T
    slope = (along.T @ away[:, 2] / (along**2).sum(axis=0)) @ known
    return normalize(np.array([*-slope, 1.0])), float(middle[2] - slope @ middle[:2])


def point_below(motion: Motion, foot: str, second: float, times: Array) -> Array | None:
    """Where (3,) the sole of a foot is around a second of the footage, while it stands if it does; None where unknown.

    Args:
        motion: in a world with z up. times: (T,) seconds of the footage's frames.
    """
    side, at = FEET.index(foot), times[motion.frame_index]
    rows = np.flatnonzero(motion.valid & (np.abs(at - second) <= _AROUND_S))
    if not len(rows):
        return None
    stands = motion.contacts[rows, side]
    rows = rows[stands] if stands.any() else rows
    pose = leg_joints(motion.rotations[rows], motion.root[rows], motion.rest_joints)
    soles = lowest_soles(LegTracks(pose.hip, pose.ankle, pose.ball), motion.rest_joints)
    return np.median(np.column_stack([pose.ball[:, side, :2], soles[:, side]]), axis=0)
