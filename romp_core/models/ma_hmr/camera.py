"""MA-HMR's camera: a pinhole in the middle of the image, before which everybody stands in meters."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from ..common.anchored_boxes import sigmoid
from .constants import FOCAL

_NARROWEST = 0.08
_TINY = 1e-6


def focal_px(fov: float | None, height: int, longest: int) -> float:
    """Focal length in pixels of the resized image.

    Args:
        fov: vertical field of view in radians; None where the weights have no camera branch.
        height: of the resized image without padding. longest: its longer side.
    """
    if fov is None:
        return FOCAL * longest
    return float(height / (2 * np.tan(max(fov, _NARROWEST) / 2)))


def translations(cams: Array, focal: float, longest: int) -> Array:
    """Where bodies are, SMPL's `trans`: cameras (N, 3) of u, v and a raw scale -> (N, 3) float32 meters.

    x and y do not depend on the focal length, and the depth is proportional to it.

    Args:
        focal: in pixels of the resized image, whose longer side has `longest`.
    """
    scale = 2 * sigmoid(cams[:, 2:]) + np.float32(_TINY)
    depth = np.float32(2 * focal / longest) / scale
    return np.concatenate([cams[:, :2] / scale, depth], axis=1).astype(np.float32)


def project(points: Array, focal: float, height: int, width: int) -> Array:
    """Points (..., 3) in camera space, meters -> pixels (..., 2) of an image of this size."""
    center = np.array([width, height], np.float32) / 2
    return np.asarray(np.float32(focal) * points[..., :2] / (points[..., 2:] + np.float32(_TINY)) + center)
