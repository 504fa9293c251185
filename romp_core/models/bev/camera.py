"""BEV's camera: scale and position in the square image become a position in front of a pinhole of 60 degrees."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from ..common.cameras import CENTER_PX, FOCAL_PX
from .constants import TAN_HALF_FOV

_DEPTH_GUARD = 1e-3
_PROJECTION_GUARD = 1e-6


def position(cams: Array) -> Array:
    """Where the middle of the hips is: (N, 3) scale, y, x -> (N, 3) meters, camera space.

    Depth is 1 / (scale tan 30°). A negative scale gives a negative depth; it is not hidden here.
    """
    scale, y, x = (cams[:, index] for index in range(3))
    tangent = np.float32(TAN_HALF_FOV)
    depth = 1 / (scale * tangent + np.float32(_DEPTH_GUARD))
    return np.stack([x * depth * tangent, y * depth * tangent, depth], axis=1)


def project(points: Array) -> Array:
    """Points in camera space (..., 3), meters, in the square, -1..1: (..., 2) x right, y down."""
    return points[..., :2] / (points[..., 2:] + np.float32(_PROJECTION_GUARD)) * np.float32(FOCAL_PX / CENTER_PX)
