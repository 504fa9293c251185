"""Where a hand is in the image: regions from the pose, the re-crop network, and the points of the frame before.

Contract of MediaPipe's graphs `hand_landmarks_from_pose` and `hand_landmark_tracking`: angles, distances and squares
are computed in pixels.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ...typing import Array
from ..common.region import Region, angle_towards

_UP = math.pi / 2
_PALM = np.array([0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18])
"""The points that the region of the next frame is made of: all but the fingers' ends."""

_WRIST, _INDEX, _MIDDLE, _RING = 0, 5, 9, 13
_TURN: Final = math.radians(40)
_SHIFT, _SCALE, _INSIDE = 0.2, 0.4, 0.45


def pose_region(wrist: Array, little: Array, index: Array) -> Region:
    """A rough region from three points (2,) of a body's pose: wrist, and knuckles of little and index finger."""
    middle = (2 * index + little) / 3
    side = 2 * float(np.hypot(*(middle - wrist)))
    return _moved_and_scaled(
        Region(float(middle[0]), float(middle[1]), side, angle_towards(wrist, middle, _UP)), side, 2.7
    )


def recrop_region(center: Array, end: Array) -> Region:
    """The region of a hand from the two points (2,) of the re-crop network, pixels of the image."""
    side = 2 * float(np.hypot(*(end - center)))
    return _moved_and_scaled(
        Region(float(center[0]), float(center[1]), side, angle_towards(center, end, -_UP)), side, 1.0
    )


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
    return _moved_and_scaled(Region(float(x), float(y), float(max(width, height)), turned.angle), float(height), 2.0)


def agree(tracked: Region, found: Region, points: Array | None = None) -> bool:
    """Whether the region of the frame before may be kept, judged by the one found in this frame.

    Args:
        points: (21, 2+) pixels, of the frame before; they must lie well inside of the found region.
    """
    turn = abs((tracked.angle - found.angle + math.pi) % (2 * math.pi) - math.pi)
    shift = np.abs(found.unturned(tracked.center - found.center)).max()
    if turn > _TURN or shift > _SHIFT * found.side or abs(tracked.side - found.side) > _SCALE * found.side:
        return False
    if points is None:
        return True
    return bool((np.abs(found.unturned(points[:, :2] - found.center)) < _INSIDE * found.side).all())


def is_near(tracked: Region, rough: Region) -> bool:
    """Whether the region of the frame before is still where the pose has the hand."""
    return bool(np.abs(rough.unturned(tracked.center - rough.center)).max() <= _SHIFT * rough.side)


def overlap(a: Region, b: Region) -> float:
    """Intersection over union of two regions, as if both were upright."""
    reach = (a.side + b.side) / 2 - np.abs(a.center - b.center)
    shared = float(np.prod(np.clip(np.minimum(reach, min(a.side, b.side)), 0, None)))
    return shared / (a.side**2 + b.side**2 - shared)


def _moved_and_scaled(region: Region, height: float, scale: float) -> Region:
    """A tenth of the height up along the region's own axis, then larger."""
    x, y = region.center + region.turned(np.array([0.0, -0.1 * height]))
    return Region(float(x), float(y), region.side * scale, region.angle)
