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
_RADIUS = 0.035
"""In body sizes: what is painted out beyond the body itself is missing of the people behind."""


def size(pose: Pose) -> float:
    """Extent of the body in pixels, about its height when it stands."""
    return pose.body.side / EXPANSION


def on_body(points: Array, pose: Pose) -> Array:
    """Which points of the image (..., 2) lie on this body -> (...) bool."""
    return clearance(points, pose) < 1


def on_bodies(points: Array, poses: Sequence[Pose]) -> Array:
    """Which points lie on any of these bodies."""
    on = np.zeros(points.shape[:-1], bool)
    for pose in poses:
        on |= on_body(points, pose)
    return on


def clearance(points: Array, pose: Pose) -> Array:
    """Distance of points of the image (..., 2) from the middle of the nearest limb, in radii of a limb -> (...)."""
    start, end = (pose.points[_BONES[:, side], :2] for side in (0, 1))
    axis = end - start
    to_point = points[..., None, :] - start  # (..., bones, 2)
    along = np.clip((to_point * axis).sum(axis=-1) / np.maximum((axis**2).sum(axis=-1), 1e-9), 0, 1)
    gap = to_point - along[..., None] * axis
    return np.asarray(np.sqrt((gap**2).sum(axis=-1).min(axis=-1)) / (_RADIUS * size(pose)))
