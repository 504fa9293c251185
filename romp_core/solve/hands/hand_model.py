"""A hand of fixed bone lengths: from wrist and angles to the 21 points that the network sees, with derivatives.

The points are markers: each has a constant place in the frame of a joint, as calibrated on rendered hands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...geometry.fingers import FINGER_NAMES, split_rest
from ...geometry.rotations import cross, matrix_from_rotvec, normalize
from ...typing import Array
from .angles import ANGLES, FINGER_OF, JOINT_OF, N_ANGLES, axes

POINTS: Final = {"thumb": 1, "index": 5, "middle": 9, "ring": 13, "pinky": 17}
"""The first of the four points of each finger."""

N_POINTS: Final = 21
N_PARAMETERS: Final = 6 + N_ANGLES
"""Position and rotation of the wrist, then the angles."""

# Millimeters for a hand of `_MARKED_M` from the wrist to the middle knuckle; left hand, axes of the rest pose.
_MARKERS_MM: Final = (
    (8, 2, -3),
    (-12, -9, 0), (-2, -3, 2), (-2, 2, -5), (-4, 5, -5),
    (-11, -5, -4), (0, -6, -1), (-2, -3, 0), (-8, -1, -1),
    (-7, -6, 1), (1, -6, 1), (-2, -3, 1), (-9, 0, 1),
    (-6, -6, 2), (2, -5, 0), (-1, -2, 0), (-8, 0, 1),
    (-8, -4, 4), (1, -5, 0), (0, -2, 1), (-5, 0, 2),
)  # fmt: skip
_MARKED_M: Final = 0.1201


@dataclass(frozen=True)
class Posed:
    """A hand posed T times.

    Attributes:
        points: (T, 21, 3) meters. derivatives: (T, 21, 3, 27) of the points by the parameters; a turn of the wrist is
            a rotation vector in the space of the points.
    """

    points: Array
    derivatives: Array


class HandModel:
    """One hand of a person.

    Args:
        rest: (40, 3) finger joints and tips of both hands at rest, from the wrist, meters.
        side: 0 left, 1 right. thumb_axis: (3,) about which the left thumb bends.
    """

    def __init__(self, rest: Array, side: int, thumb_axis: Array) -> None:
        joints, tips = (each[side] for each in split_rest(rest))  # (5, 3, 3), (5, 3)
        chain = np.concatenate([np.zeros((5, 1, 3)), joints, tips[:, None]], axis=1)
        self._steps = np.diff(chain, axis=1)  # (5, 4, 3)
        self._axes = axes(normalize(self._steps[:, 1]), np.asarray(thumb_axis, float), 1 - 2 * side)
        size = float(np.linalg.norm(joints[FINGER_NAMES.index("middle"), 0]))
        markers = np.array(_MARKERS_MM, float) * (size / _MARKED_M / 1000)
        self._markers = markers * ([1, 1, 1] if side == 0 else [-1, 1, 1])
        self.rest_points = self.pose(np.zeros((1, 3)), np.eye(3)[None], np.zeros((1, N_ANGLES))).points[0]

    def rotations(self, angles: Array) -> Array:
        """Rotations of the 15 finger joints relative to their parents. (T, 21) -> (T, 15, 3, 3)."""
        turns = matrix_from_rotvec(angles[..., None] * self._axes)
        local = np.tile(np.eye(3), (len(angles), 15, 1, 1))
        for index in range(N_ANGLES):
            joint = 3 * FINGER_OF[index] + JOINT_OF[index]
            local[:, joint] = local[:, joint] @ turns[:, index]
        return local

    def pose(self, wrist: Array, turn: Array, angles: Array) -> Posed:
        """The hand at these wrist positions (T, 3) and rotations (T, 3, 3), with these angles (T, 21)."""
        count = len(angles)
        turns = matrix_from_rotvec(angles[..., None] * self._axes)
        points = np.empty((count, N_POINTS, 3))
        derivatives = np.zeros((count, N_POINTS, 3, N_PARAMETERS))
        points[:, 0] = wrist + turn @ self._markers[0]
        for finger, name in enumerate(FINGER_NAMES):
            frame, place, hinges = turn, wrist, []
            for joint in range(4):
                place = place + frame @ self._steps[finger, joint]
                at = POINTS[name] + joint
                for index in range(N_ANGLES) if joint < 3 else ():
                    if ANGLES[index][0] == finger and JOINT_OF[index] == joint:
                        hinges.append((index, frame @ self._axes[index], place, joint))
                        frame = frame @ turns[:, index]
                points[:, at] = place + (turn if joint == 0 else frame) @ self._markers[at]
                for index, axis, pivot, _ in hinges if joint else ():
                    derivatives[:, at, :, 6 + index] = cross(axis, points[:, at] - pivot)
        derivatives[..., :3] = np.eye(3)
        for axis in range(3):
            derivatives[..., 3 + axis] = cross(np.eye(3)[axis], points - wrist[:, None])
        return Posed(points, derivatives)
