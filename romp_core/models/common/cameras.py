"""Cameras of the square picture: weak perspective, and the pinhole in whose space people stand."""

from __future__ import annotations

import numpy as np

from ...errors import ModelError
from ...geometry.projection import BODY_MODEL_FOCAL
from ...images.ops import cv2
from ...typing import Array
from .square_image import SIZE

FOCAL_PX = BODY_MODEL_FOCAL * SIZE
"""Focal length of the pinhole for the 512-pixel square: 60 degrees from edge to edge."""

CENTER_PX = SIZE / 2
"""Its principal point, for both axes."""

_NO_RESULT = np.full(3, -1.0)
_RANSAC_ERROR_PX = 20.0
_RANSAC_ITERATIONS = 100


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
    """A rough translation that needs no body: twice (x, y, 1) / scale. (N, 3) scale, x, y -> (N, 3) meters."""
    ones = np.ones_like(cam[:, :1])
    return 2 * np.concatenate([cam[:, 1:], ones], axis=1) / cam[:, :1]


def to_square_px(points: Array) -> Array:
    """Points of the square, -1..1, in its 512 pixels."""
    return (points + 1) * np.float32(CENTER_PX)


def translation_lsq(
    points3d: Array,
    points_px: Array,
    weights: Array | None = None,
    focal_px: float = FOCAL_PX,
    center_px: Array | float = CENTER_PX,
) -> Array:
    """The translation that brings points into the pinhole's picture, without turning them, by linear least squares.

    Each point gives two equations, f (X + t_x) = (u - c) (Z + t_z) and the same for y.

    Args:
        points3d: (N, K, 3) meters.
        points_px: (N, K, 2) pixels.
        weights: (N, K), how much each point counts; all 1 when left out.

    Returns:
        (N, 3) float64 meters; points3d + translation is in camera space. Means nothing where all points are one
        pixel.
    """
    points3d = np.asarray(points3d, dtype=np.float64)
    seen = np.asarray(points_px, dtype=np.float64) - center_px
    share = np.ones(seen.shape[:2]) if weights is None else np.asarray(weights, dtype=np.float64)
    share = (share / share.sum(axis=1, keepdims=True))[..., None]
    # The equations read f t - u t_z = u Z - f X. Without their means over the points, t_z is the only unknown.
    wanted = seen * points3d[..., 2:] - focal_px * points3d[..., :2]
    mean_seen, mean_wanted = ((share * each).sum(axis=1, keepdims=True) for each in (seen, wanted))
    around = share * (seen - mean_seen)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = -(around * (wanted - mean_wanted)).sum(axis=(1, 2)) / (around * (seen - mean_seen)).sum(axis=(1, 2))
    aside = (mean_wanted[:, 0] + mean_seen[:, 0] * depth[:, None]) / focal_px
    return np.concatenate([aside, depth[:, None]], axis=1)


def translation_pnp(points3d: Array, points_px: Array) -> Array:
    """The reference's translation: PnP with RANSAC, whose rotation is thrown away.

    Only for results that must equal the reference's files; it jitters, and does not bring the points to their pixels.

    Args:
        points3d: (N, K, 3) meters; points_px: (N, K, 2) pixels of the square.

    Returns:
        (N, 3) float32 meters; (-1, -1, -1) where no pose was found.

    Raises:
        ModelError: OpenCV is not there.
    """
    if cv2 is None:
        raise ModelError("The translation by PnP needs OpenCV.", "Choose the translation by least squares.")
    return np.stack([_pnp(one, px) for one, px in zip(points3d, points_px, strict=True)]).astype(np.float32)


def _pnp(points3d: Array, points_px: Array) -> Array:
    used = (points_px[:, 1] > -2) & (points3d[:, 2] != -2)
    if used.sum() < 4:
        return _NO_RESULT
    points3d, points_px = points3d[used], points_px[used]
    intrinsics = np.array([[FOCAL_PX, 0, CENTER_PX], [0, FOCAL_PX, CENTER_PX], [0, 0, 1]])
    try:
        _, _, translation, inliers = cv2.solvePnPRansac(
            points3d,
            points_px,
            intrinsics,
            None,
            flags=cv2.SOLVEPNP_EPNP,
            reprojectionError=_RANSAC_ERROR_PX,
            iterationsCount=_RANSAC_ITERATIONS,
        )
    except cv2.error:
        return translation_lsq(points3d[None], points_px[None])[0]
    return _NO_RESULT if inliers is None else translation[:, 0]
