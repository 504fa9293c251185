"""Where a face is in the image: regions from the pose, from the detector, and from the points of the frame before.

Contract of MediaPipe's graphs `face_landmarks_from_pose`, `face_tracking` and `face_landmark_front`: angles, distances
and squares are computed in pixels.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ...typing import Array
from ..common.region import Agreement, Region, angle_towards, around_box
from .mesh import LEFT_EYE_OUTER, RIGHT_EYE_OUTER

POSE_PARTS: Final = (
    *("nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer"),
    *("left_ear", "right_ear", "mouth_left", "mouth_right"),
)
"""Keypoints of a pose that a rough region is made of."""

_LEFT_EYE, _RIGHT_EYE = POSE_PARTS.index("left_eye"), POSE_PARTS.index("right_eye")
_LEVEL = 0.0
_POSE_SCALE, _DETECTED_SCALE, _TRACKED_SCALE = 3.0, 2.0, 1.5
_RAISED = 0.1
_AGREEMENT = Agreement(turn=math.radians(15), shift=0.1, scale=0.3, inside=0.4)


def pose_region(points: Array) -> Region:
    """A rough region from the points of a body's pose (11, 2), pixels, in the order of `POSE_PARTS`."""
    return _around(points, points[_RIGHT_EYE], points[_LEFT_EYE]).scaled(_POSE_SCALE)


def detected_region(points: Array) -> Region:
    """The region of a face from the points (6, 2) of the detector, which begin with right and left eye, pixels."""
    points = np.asarray(points, np.float64)
    region = _around(points, points[0], points[1])
    return region.raised(_RAISED * float(np.ptp(points[:, 1]))).scaled(_DETECTED_SCALE)


def tracked_region(points: Array) -> Region:
    """The region in the next frame of a face with these points (478, 2+), pixels."""
    return _around(points, points[RIGHT_EYE_OUTER], points[LEFT_EYE_OUTER]).scaled(_TRACKED_SCALE)


def agree(tracked: Region, found: Region, points: Array) -> bool:
    """Whether the region of the frame before, of points (478, 2+), may be kept, by the one detected in this frame."""
    return _AGREEMENT.holds(tracked, found, points)


def _around(points: Array, right: Array, left: Array) -> Region:
    """The square around points (N, 2+), level with the line from the right eye to the left one."""
    points = np.asarray(points, np.float64)[:, :2]
    return around_box(points.min(axis=0), points.max(axis=0), angle_towards(right[:2], left[:2], _LEVEL))
