"""A quick pose of one person in one picture, for previews while capturing."""

from __future__ import annotations

import numpy as np

from ..rotations import Array, quat_from_matrix
from .chain import LEAD, Chain, expand
from .fit import Evidence, bone_directions, fit, landmark_trust
from .initial import orient_joints, place_root, toward_viewer
from .landmarks import USED, skeleton_size

_ROUNDS = 2
_HEIGHT_PER_SIZE = 1.16
"""Body height over ankles-to-head length of the embedded body."""


def quick_pose(
    keypoints2d: Array, visibility: Array, keypoints3d: Array, focal_px: float, center_px: Array, rest_joints: Array
) -> tuple[Array, Array]:
    """Pose from one picture's landmarks alone.

    Args:
        keypoints2d: (33, 2) px; visibility: (33,); keypoints3d: (33, 3) metres, camera axes.
        focal_px, center_px: the camera; rest_joints: (24, 3) metres.

    Returns:
        rotations (24, 4) wxyz, index 0 from SMPL rest to camera space, and root (3,) in camera space, metres.
    """
    used = list(USED)
    pixels = keypoints2d[None].astype(np.float64)
    world = toward_viewer(keypoints3d[None].astype(np.float64), pixels, focal_px, center_px)
    trust = landmark_trust(visibility[None, used].astype(np.float64))
    chain = Chain(rest_joints)
    turns = orient_joints(world)[:, LEAD]
    pose = chain.pose(turns, np.zeros((1, 3)))
    root = place_root(pose.markers, pixels[:, used], trust, focal_px, center_px)
    height = skeleton_size(rest_joints) * _HEIGHT_PER_SIZE
    evidence = Evidence(pixels[:, used], trust, bone_directions(world[:, used]), height, focal_px, center_px, 1.0)
    turns, root = fit(chain, evidence, turns, root, _ROUNDS, 0.0)
    return quat_from_matrix(expand(turns))[0], root[0]
