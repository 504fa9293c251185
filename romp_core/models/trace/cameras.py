"""TRACE's cameras: (scale, y, x) in the square image, and the pinhole in whose space people stand."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from ..common.square_image import SIZE
from .constants import FOCAL

FOCAL_PX = FOCAL * SIZE
"""Focal length of the pinhole that bodies are projected through, for the 512-pixel square. The cameras are of another
one, of 50 degrees, which is 0.2 percent longer; so it is in the reference."""

_COTANGENT = np.float32(1 / np.tan(np.radians(25.0)))
_SCALE_GUARD = np.float32(1e-6)
_PROJECTION_GUARD = np.float32(1e-4)


def translation(cams: Array) -> Array:
    """Cameras (..., 3) of scale, y, x -> where the middle of the hips is, (..., 3) meters, camera space."""
    scale, y, x = np.moveaxis(np.asarray(cams), -1, 0)
    depth = _COTANGENT / (scale + _SCALE_GUARD)
    return np.stack([x * depth / _COTANGENT, y * depth / _COTANGENT, depth], axis=-1)


def camera_of(positions: Array) -> Array:
    """The inverse of `translation`; depths must be positive."""
    x, y, depth = np.moveaxis(np.asarray(positions), -1, 0)
    return np.stack([_COTANGENT / depth - _SCALE_GUARD, y * _COTANGENT / depth, x * _COTANGENT / depth], axis=-1)


def project(points: Array) -> Array:
    """Points in camera space (..., 3), meters, in the square, -1..1: (..., 2) x right, y down."""
    return points[..., :2] / (points[..., 2:] + _PROJECTION_GUARD) * np.float32(FOCAL_PX / (SIZE / 2))
