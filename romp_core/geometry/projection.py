"""Pinhole cameras: focal lengths, fields of view, projection, and placing a rigid body by what an image shows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Array


@dataclass(frozen=True)
class Pinhole:
    """A camera without distortion: focal length and principal point (2,) in pixels."""

    focal_px: float
    center_px: Array


def focal_from_fov(fov_rad: float, width_px: float) -> float:
    """Focal length in pixels of a pinhole camera with this horizontal field of view."""
    return float(width_px / (2 * np.tan(fov_rad / 2)))


def fov_from_focal(focal_px: float, width_px: float) -> float:
    """Horizontal field of view in radians."""
    return float(2 * np.arctan(width_px / (2 * focal_px)))


def project(points: Array, focal_px: float, center_px: Array) -> Array:
    """Pinhole projection of camera-space points. (..., 3) -> (..., 2) pixels."""
    return points[..., :2] / points[..., 2:] * focal_px + center_px


BODY_MODEL_FOCAL = 443.4 / 512
"""Focal length of the pinhole that ROMP and BEV see through, in lengths of the picture's longer side: 60 degrees."""


def body_model_fov(width_px: float, height_px: float, focal: float = BODY_MODEL_FOCAL) -> float:
    """Horizontal field of view in radians of a body model's pinhole; `focal` in lengths of the longer side."""
    return fov_from_focal(focal * max(width_px, height_px), width_px)
