"""The coordinate conventions, in one place. Every space is right-handed and metric.

- camera: x right, y down, z forward (OpenCV).
- world: z up, floor at z = 0 (Blender); a person with identity pelvis rotation of SMPL faces -y.
- SMPL rest: y up, facing +z, left hand towards +x.
- Blender camera object: looks along its -z, y up.
"""

from __future__ import annotations

import numpy as np

from .rotations import Array, quat_from_matrix

WORLD_FROM_CAMERA_AXES = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""A level camera at the origin: camera (x, y, z) -> world (x, z, -y)."""

WORLD_FROM_SMPL_REST = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""RotX(+90 degrees): SMPL rest (x, y, z) -> world (x, -z, y)."""

WORLD_FROM_SMPL_REST_QUAT = quat_from_matrix(WORLD_FROM_SMPL_REST)

BLENDER_CAMERA_FROM_CAMERA = np.diag([1.0, -1.0, -1.0])
"""OpenCV camera axes -> axes of a Blender camera object."""


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
