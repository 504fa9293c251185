"""The rough outline of a body: capsules around the lines between its landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from ...take.keypoints import BLAZEPOSE_33
from ...typing import Array
from .landmark_network import Pose
from .region import EXPANSION

_NOSE = BLAZEPOSE_33.index("nose")
_EARS, _SHOULDERS, _ELBOWS, _WRISTS, _HIPS, _KNEES, _ANKLES = (
    BLAZEPOSE_33.pair(part) for part in ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
)
_TRUNK = [_SHOULDERS, _HIPS, *product(_SHOULDERS, _HIPS), *((_NOSE, shoulder) for shoulder in _SHOULDERS), _EARS]
_LIMBS = [
    bone
    for start, middle, end in ((_SHOULDERS, _ELBOWS, _WRISTS), (_HIPS, _KNEES, _ANKLES))
    for bone in (*zip(start, middle, strict=True), *zip(middle, end, strict=True))
]
_BONES = np.array([*_TRUNK, *_LIMBS])
_JOINTS = np.unique(_BONES)
_RADIUS = 0.035
"""In body sizes: what is painted out beyond the body itself is missing of the people behind."""


def size(pose: Pose) -> float:
    """Extent of the body in pixels, about its height when it stands."""
    return pose.body.side / EXPANSION


def on_body(points: Array, pose: Pose) -> Array:
    """Which points of the image (..., 2) lie on this body -> (...) bool."""
    joints, reach = pose.points[_JOINTS, :2], _RADIUS * size(pose)
    low, high = joints.min(axis=0) - reach, joints.max(axis=0) + reach
    x, y = points[..., 0], points[..., 1]
    on = (x > low[0]) & (x < high[0]) & (y > low[1]) & (y < high[1])  # few of a crop's points are near a limb
    on[on] = clearance(points[on], pose) < 1
    return np.asarray(on)


def on_bodies(points: Array, poses: Sequence[Pose]) -> Array:
    """Which points lie on any of these bodies."""
    on = np.zeros(points.shape[:-1], bool)
    for pose in poses:
        on |= on_body(points, pose)
    return on


def clearance(points: Array, pose: Pose) -> Array:
    """Distance of points of the image (..., 2) from the middle of the nearest limb, in radii of a limb -> (...)."""
    joints = (pose.points[_BONES, :2] - pose.body.center).astype(np.float32)  # (bones, 2, 2); half the work of doubles
    x, y = (points.reshape(-1, 2) - pose.body.center).astype(np.float32).T
    start, (along_x, along_y) = joints[:, 0].T[..., None], (joints[:, 1] - joints[:, 0]).T[..., None]
    gap_x, gap_y = x - start[0], y - start[1]  # (bones, n)
    share = (gap_x * along_x + gap_y * along_y) / np.maximum(along_x**2 + along_y**2, 1e-9)
    np.clip(share, 0, 1, out=share)
    gap_x -= share * along_x
    gap_y -= share * along_y
    distance = np.sqrt((gap_x**2 + gap_y**2).min(axis=0))
    return np.asarray(distance / (_RADIUS * size(pose)), np.float64).reshape(points.shape[:-1])
