"""The rough outline of a body: capsules around the lines between its landmarks."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from .landmark_network import Pose
from .region import EXPANSION

_TRUNK = [(11, 12), (11, 23), (12, 24), (11, 24), (12, 23), (23, 24), (0, 11), (0, 12), (7, 8)]
_LIMBS = [(11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (25, 27), (24, 26), (26, 28)]
_BONES = np.array([*_TRUNK, *_LIMBS])
_RADIUS = 0.05
"""In body sizes, about that of a thigh."""


def size(pose: Pose) -> float:
    """Extent of the body in pixels, about its height when it stands."""
    return pose.body.side / EXPANSION


def on_body(points: Array, pose: Pose) -> Array:
    """Which points of the image (..., 2) lie on this body -> (...) bool."""
    start, end = (pose.points[_BONES[:, side], :2] for side in (0, 1))
    axis = end - start
    to_point = points[..., None, :] - start  # (..., bones, 2)
    along = np.clip((to_point * axis).sum(axis=-1) / np.maximum((axis**2).sum(axis=-1), 1e-9), 0, 1)
    gap = to_point - along[..., None] * axis
    return np.asarray(((gap**2).sum(axis=-1) < (_RADIUS * size(pose)) ** 2).any(axis=-1))
