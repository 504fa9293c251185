"""A quick pose of one person in one frame, for previews while capturing."""

from __future__ import annotations

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import quat_from_matrix
from ...typing import Array
from .gauss_newton import refine
from .initial_pose import initial_pose
from .kinematic_chain import Chain, expand
from .landmarks import landmarks_of

_ITERATIONS = 2


def quick_pose(
    keypoints2d: Array, visibility: Array, keypoints3d: Array, focal_px: float, center_px: Array, rest_joints: Array
) -> tuple[Array, Array]:
    """Pose from one frame's landmarks alone.

    Args:
        keypoints2d: (K, 2) px; visibility: (K,); keypoints3d: (K, 3) meters, camera axes.
        focal_px, center_px: the camera; rest_joints: (24, 3) meters.

    Returns:
        rotations (24, 4) wxyz, index 0 from SMPL rest to camera space, and root (3,) in camera space, meters.
    """
    chain, optics = Chain(rest_joints), Pinhole(focal_px, center_px)
    pixels, trust, world = (np.asarray(values, np.float64)[None] for values in (keypoints2d, visibility, keypoints3d))
    landmarks = landmarks_of(pixels, trust, world, optics, 1.0)
    turns, root = initial_pose(chain, landmarks.measured, landmarks.world, landmarks.visibility)
    for _ in range(_ITERATIONS):
        turns, root = refine(chain, landmarks.measured, turns, root, strength=0.0)
    return quat_from_matrix(expand(turns))[0], root[0]
