"""The floor among located points of the background: the lowest large level plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.rotations import normalize
from ...typing import Array

_TILT = np.cos(np.radians(15.0))
"""Cosine of the largest angle to the way that people stand."""
_FLAT = 0.02
"""Of the camera's height, by which points of the floor may be off it."""
_LEAST = 12
"""Points."""
_BELOW, _BELOW_SHARE = 0.1, 0.2
"""Of the camera's height: points that far below; and how many of them, against those on the floor, it may have."""
_TRIALS = 400


@dataclass(frozen=True)
class Plane:
    """Points x with `up @ x == height`.

    Attributes:
        up: (3,) unit vector. height: in the points' unit.
    """

    up: Array
    height: float


def floor_plane(points: Array, camera: Array, straight: Array) -> Plane | None:
    """The floor below a camera; None where too few points show one.

    Args:
        points: (M, 3). camera: (3,) a usual position of it. straight: (3,) the way people stand.
    """
    low = points[(points - camera) @ straight < 0]
    if len(low) < _LEAST:
        return None
    random = np.random.default_rng(0)
    chosen = np.array([random.choice(len(low), 3, replace=False) for _ in range(_TRIALS)])
    a, b, c = low[chosen].swapaxes(0, 1)
    normal = normalize(np.cross(b - a, c - a))
    normal *= np.sign(normal @ straight)[:, None]
    height = (normal * a).sum(axis=1)
    above = normal @ camera - height
    off = low @ normal.T - height  # (m, trials)
    near = np.abs(off) < _FLAT * above
    below = (off < -_BELOW * above).sum(axis=0)
    count = near.sum(axis=0)
    score = np.where((normal @ straight > _TILT) & (above > 0) & (below < _BELOW_SHARE * count), count, 0)
    best = int(score.argmax())
    if score[best] < _LEAST:
        return None
    up, at = normal[best], height[best]
    for _ in range(3):
        inside = low[np.abs(low @ up - at) < _FLAT * (up @ camera - at)]
        middle = inside.mean(axis=0)
        fitted = np.linalg.svd(inside - middle, full_matrices=False)[2][2]
        up = fitted * np.sign(fitted @ straight)
        at = float(up @ middle)
    return Plane(up, at)
