"""ROMP's results as simple-romp gives them, with its translation by PnP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from ..bodies.smpl.model import SmplModel
from ..geometry.projection import root_from_pixels
from ..geometry.skeleton import N_JOINTS
from ..models.common.cameras import CENTER_PX, FOCAL_PX, PINHOLE, project_weak, to_square_px, translation_weak
from ..models.common.square_image import SIZE, Padding, to_image
from ..models.romp.peaks import Peaks
from ..typing import Array

_NO_RESULT = np.full(3, -1.0)
_RANSAC_ERROR_PX = 20.0
_RANSAC_ITERATIONS = 100


def translation_lsq(points3d: Array, points_px: Array) -> Array:
    """The product's translation: (N, K, 3) meters and (N, K, 2) pixels of the square -> (N, 3) meters."""
    return root_from_pixels(points3d, points_px, None, PINHOLE)


def centers(peaks: Peaks, cells: int) -> dict[str, Array]:
    """Centers of the people as simple-romp gives them: (column, row) in pixels of the square, and their confidence."""
    positions = np.stack([peaks.columns, peaks.rows], axis=1) * SIZE // cells
    return {"center_preds": positions, "center_confs": peaks.scores[:, None]}


def results(
    thetas: Array,
    betas: Array,
    cams: Array,
    pad: Padding,
    body: SmplModel | None = None,
    translation: Callable[[Array, Array], Array] = translation_lsq,
) -> dict[str, Any]:
    """The people of one image under the names of simple-romp.

    Unlike there, `global_orient` and `body_pose` are parts of `smpl_thetas` even after smoothing.

    Args:
        thetas: (N, 72); betas: (N, 10); cams: (N, 3) scale, x, y.
        pad: where the image is in the square.
        body: gives `verts`, `joints` and `pj2d_org`; without it `cam_trans` is only rough.
        translation: from joints (N, 24, 3) and their pixels in the square to `cam_trans`.
    """
    found = {
        "cam": cams,
        "global_orient": thetas[:, :3],
        "body_pose": thetas[:, 3:],
        "smpl_betas": betas,
        "smpl_thetas": thetas,
        "cam_trans": translation_weak(cams),
    }
    if body is None:
        return found
    verts, joints = body.forward(thetas, betas)
    points = project_weak(joints, cams)
    position = translation(joints[:, :N_JOINTS], to_square_px(points[:, :N_JOINTS])).astype(np.float32)
    return {**found, "cam_trans": position, "verts": verts, "joints": joints, "pj2d_org": to_image(points, pad)}


def translation_pnp(points3d: Array, points_px: Array) -> Array:
    """The reference's translation: PnP with RANSAC, whose rotation is thrown away.

    It jitters, and does not bring the points to their pixels.

    Args:
        points3d: (N, K, 3) meters; points_px: (N, K, 2) pixels of the square.

    Returns:
        (N, 3) float32 meters; (-1, -1, -1) where no pose was found.
    """
    return np.stack([_pnp(one, px) for one, px in zip(points3d, points_px, strict=True)]).astype(np.float32)


def _pnp(points3d: Array, points_px: Array) -> Array:
    used = (points_px[:, 1] > -2) & (points3d[:, 2] != -2)
    if used.sum() < 4:
        return _NO_RESULT
    points3d, points_px = points3d[used], points_px[used]
    intrinsics = np.array([[FOCAL_PX, 0, CENTER_PX], [0, FOCAL_PX, CENTER_PX], [0, 0, 1]])
    try:
        _, _, translation, inliers = cv2.solvePnPRansac(  # type: ignore[call-overload]
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
