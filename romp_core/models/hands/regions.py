"""Where a hand is in the image: regions from the pose, the re-crop network, and the points of the frame before.

Contract of MediaPipe's graphs `hand_landmarks_from_pose` and `hand_landmark_tracking`: angles, distances and squares
are computed in pixels.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ...typing import Array
from ..common.region import Agreement, Region, angle_towards

_UP = math.pi / 2
_PALM = np.array([0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18])
"""The points that the region of the next frame is made of: all but the fingers' ends."""

_WRIST, _INDEX, _MIDDLE, _RING = 0, 5, 9, 13
_RAISED: Final = 0.1
"""Regions are moved by this share of the height of what they are made of, toward the fingers."""

_SHIFT: Final = 0.2
_AGREEMENT = Agreement(turn=math.radians(40), shift=_SHIFT, scale=0.4, inside=0.45)


def pose_region(wrist: Array, little: Array, index: Array) -> Region:
    """A rough region from three points (2,) of a body's pose: wrist, and knuckles of little and index finger."""
    middle = (2 * index + little) / 3
    side = 2 * float(np.hypot(*(middle - wrist)))
    region = Region(float(middle[0]), float(middle[1]), side, angle_towards(wrist, middle, _UP))
    return region.raised(_RAISED * side).scaled(2.7)


def recrop_region(center: Array, end: Array) -> Region:
    """The region of a hand from the two points (2,) of the re-crop network, pixels of the image."""
    side = 2 * float(np.hypot(*(end - center)))
    return Region(float(center[0]), float(center[1]), side, angle_towards(center, end, -_UP)).raised(_RAISED * side)


def tracked_region(points: Array) -> Region:
    """The region in the next frame of a hand with these 21 points (21, 2+), pixels."""
    points = np.asarray(points, np.float64)[:, :2]
    knuckles = ((points[_INDEX] + points[_RING]) / 2 + points[_MIDDLE]) / 2
    turned = Region(0.0, 0.0, 1.0, angle_towards(points[_WRIST], knuckles, _UP))
    palm = points[_PALM]
    middle = (palm.max(axis=0) + palm.min(axis=0)) / 2
    low, high = (edge(turned.unturned(palm - middle), axis=0) for edge in (np.min, np.max))
    x, y = middle + turned.turned((low + high) / 2)
    width, height = high - low
    region = Region(float(x), float(y), float(max(width, height)), turned.angle)
    return region.raised(_RAISED * float(height)).scaled(2.0)


def agree(tracked: Region, found: Region, points: Array) -> bool:
    """Whether the region of the frame before, of points (21, 2+), may be kept, by the one found in this frame."""
    return _AGREEMENT.holds(tracked, found, points)


def is_near(tracked: Region, rough: Region) -> bool:
    """Whether the region of the frame before is still where the pose has the hand."""
    return rough.holds(tracked.center, _SHIFT)
