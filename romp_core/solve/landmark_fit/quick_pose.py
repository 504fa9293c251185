"""A quick pose of one person in one picture, for previews while capturing."""

from __future__ import annotations

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import quat_from_matrix
from ...typing import Array
from .gauss_newton import refine
from .kinematic_chain import Chain, expand
from .segment_fit import initial_pose, landmarks_of

_ROUNDS = 2


def quick_pose(
    keypoints2d: Array, visibility: Array, keypoints3d: Array, focal_px: float, center_px: Array, rest_joints: Array
) -> tuple[Array, Array]:
    """Pose from one picture's landmarks alone.

    Args:
        keypoints2d: (33, 2) px; visibility: (33,); keypoints3d: (33, 3) meters, camera axes.
        focal_px, center_px: the camera; rest_joints: (24, 3) meters.

    Returns:
        rotations (24, 4) wxyz, index 0 from SMPL rest to camera space, and root (3,) in camera space, meters.
    """
    chain, optics = Chain(rest_joints), Pinhole(focal_px, center_px)
    pixels, trust, world = (np.asarray(values, np.float64)[None] for values in (keypoints2d, visibility, keypoints3d))
    landmarks = landmarks_of(pixels, trust, world, optics, 1.0)
    turns, root = initial_pose(chain, landmarks.measured, landmarks.world, landmarks.visibility)
    for _ in range(_ROUNDS):
        turns, root = refine(chain, landmarks.measured, turns, root, strength=0.0)
    return quat_from_matrix(expand(turns))[0], root[0]
