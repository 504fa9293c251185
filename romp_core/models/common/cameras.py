"""Cameras of the square image: weak perspective, and the pinhole in whose space people stand."""

from __future__ import annotations

import numpy as np

from ...geometry.projection import BODY_MODEL_FOCAL, Pinhole
from ...typing import Array
from .square_image import SIZE

FOCAL_PX = BODY_MODEL_FOCAL * SIZE
"""Focal length of the pinhole for the 512-pixel square: 60 degrees from edge to edge."""

CENTER_PX = SIZE / 2
"""Its principal point, for both axes."""

PINHOLE = Pinhole(FOCAL_PX, CENTER_PX)


def project_weak(points: Array, cam: Array) -> Array:
    """Weak perspective p = s X + t.

    Args:
        points: (N, K, 2 or 3) meters, of which x and y are used.
        cam: (N, 3) scale, x, y.

    Returns:
        (N, K, 2) in the square, -1..1, x right, y down.
    """
    return cam[:, None, :1] * points[..., :2] + cam[:, None, 1:]


def translation_weak(cam: Array) -> Array:
    """A rough translation without a body: twice (x, y, 1) / scale. (N, 3) scale, x, y -> (N, 3) meters."""
    ones = np.ones_like(cam[:, :1])
    return 2 * np.concatenate([cam[:, 1:], ones], axis=1) / cam[:, :1]


def to_square_px(points: Array) -> Array:
    """Points of the square, -1..1, in its 512 pixels."""
    return (points + 1) * np.float32(CENTER_PX)
