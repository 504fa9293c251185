"""Pinhole cameras: focal lengths, fields of view, projection, and placing a rigid body by what an image shows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Array

_TINY = 1e-12


@dataclass(frozen=True)
class Pinhole:
    """A camera without distortion: focal length and principal point (2,) in pixels."""

    focal_px: float
    center_px: Array | float


def focal_from_fov(fov_rad: float, width_px: float) -> float:
    """Focal length in pixels of a pinhole camera with this horizontal field of view."""
    return float(width_px / (2 * np.tan(fov_rad / 2)))


def fov_from_focal(focal_px: float, width_px: float) -> float:
    """Horizontal field of view in radians."""
    return float(2 * np.arctan(width_px / (2 * focal_px)))


def project(points: Array, focal_px: float, center_px: Array) -> Array:
    """Pinhole projection of camera-space points. (..., 3) -> (..., 2) pixels."""
    return points[..., :2] / points[..., 2:] * focal_px + center_px


def root_from_pixels(points: Array, pixels: Array, weights: Array | None, pinhole: Pinhole) -> Array:
    """Translations that bring rigid point sets onto their pixels, without turning them, by linear least squares.

    Each point gives two equations, x + t_x = a (z + t_z) with its ray a, and the same for y. Without their weighted
    means over the points, t_z is the only unknown.

    Args:
        points: (N, K, 3) meters, camera axes.
        pixels: (N, K, 2).
        weights: (N, K) of the points; None for equal weights.

    Returns:
        (N, 3) float64 meters; points + translation are in camera space. A depth of 0 where all points are one pixel.
    """
    points = np.asarray(points, np.float64)
    rays = (np.asarray(pixels, np.float64) - pinhole.center_px) / pinhole.focal_px
    w = np.ones(rays.shape[:2]) if weights is None else np.asarray(weights, np.float64)
    w = (w / np.maximum(w.sum(axis=1, keepdims=True), _TINY))[..., None]
    error = points[..., :2] - rays * points[..., 2:]  # at translation zero
    mean_ray, mean_error = ((w * each).sum(axis=1) for each in (rays, error))
    around = rays - mean_ray[:, None]
    spread = (w * around**2).sum(axis=(1, 2))
    depth = (w * around * (error - mean_error[:, None])).sum(axis=(1, 2)) / np.maximum(spread, _TINY)
    return np.concatenate([mean_ray * depth[:, None] - mean_error, depth[:, None]], axis=1)


BODY_MODEL_FOCAL = 443.4 / 512
"""Focal length of the pinhole that ROMP and BEV see through, in lengths of the image's longer side: 60 degrees."""


def body_model_fov(width_px: float, height_px: float, focal: float = BODY_MODEL_FOCAL) -> float:
    """Horizontal field of view in radians of a body model's pinhole; `focal` in lengths of the longer side."""
    return fov_from_focal(focal * max(width_px, height_px), width_px)
