"""ROMP's 145 numbers per person as a camera, a pose and a shape; and the results as simple-romp gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...bodies.smpl.model import SmplModel
from ...geometry.rotations import rotvec_from_quat
from ...typing import Array
from ..common.cameras import project_weak, to_square_px, translation_lsq, translation_weak
from ..common.rotation_6d import matrix_from_6d, quat_from_matrix
from ..common.square_image import SIZE, Padding, to_picture
from .peaks import Peaks

_SCALE_BASE = np.float32(1.1)
_CAMERA, _ROTATIONS = 3, 22 * 6
_JOINTS = 24


@dataclass(frozen=True)
class Parameters:
    """What the network says of N people.

    Attributes:
        cams: (N, 3) float32 scale, x, y in the square: p = scale * X + (x, y), p from -1 to 1.
        rotations: (N, 24, 4) float32 wxyz, unit; the hands are not turned.
        betas: (N, 10) float32.
    """

    cams: Array
    rotations: Array
    betas: Array

    @property
    def thetas(self) -> Array:
        """(N, 72) float32 rotation vectors."""
        return rotvec_from_quat(self.rotations).astype(np.float32).reshape(len(self.cams), 3 * _JOINTS)


def decode(sampled: Array) -> Parameters:
    """Take apart sampled parameters (N, 145): camera 3, rotations of six numbers 22, shape 10."""
    cams = sampled[:, :_CAMERA].copy()
    cams[:, 0] = _SCALE_BASE ** cams[:, 0]
    sixes = sampled[:, _CAMERA : _CAMERA + _ROTATIONS].reshape(len(sampled), _ROTATIONS // 6, 6)
    rotations = np.zeros((len(sampled), _JOINTS, 4), dtype=np.float32)
    rotations[..., 0] = 1
    turns = quat_from_matrix(matrix_from_6d(sixes))
    lengths = np.linalg.norm(turns, axis=-1, keepdims=True)  # six zeros give half a unit
    np.divide(turns, lengths, out=rotations[:, : sixes.shape[1]], where=np.isfinite(lengths))
    return Parameters(cams, rotations, sampled[:, _CAMERA + _ROTATIONS :])


def centers(peaks: Peaks, cells: int) -> dict[str, Array]:
    """Where simple-romp says the people are: (column, row) of the cell in pixels of the square, and how sure."""
    places = np.stack([peaks.columns, peaks.rows], axis=1) * SIZE // cells
    return {"center_preds": places, "center_confs": peaks.scores[:, None]}


def results(
    thetas: Array,
    betas: Array,
    cams: Array,
    pad: Padding,
    body: SmplModel | None = None,
    translation: Callable[[Array, Array], Array] = translation_lsq,
) -> dict[str, Any]:
    """The people of one picture under the names of simple-romp, whose results are read by many tools.

    Unlike there, `global_orient` and `body_pose` are parts of `smpl_thetas` even after smoothing.

    Args:
        thetas: (N, 72); betas: (N, 10); cams: (N, 3) scale, x, y.
        pad: where the picture lies in the square.
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
    place = translation(joints[:, :_JOINTS], to_square_px(points[:, :_JOINTS])).astype(np.float32)
    return {**found, "cam_trans": place, "verts": verts, "joints": joints, "pj2d_org": to_picture(points, pad)}
