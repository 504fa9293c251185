"""The 24-joint SMPL skeleton: names, parents, and forward kinematics (Loper et al. 2015, SMPL, section 3).

Rest pose is the T-pose in SMPL rest space: y up, facing +z, left hand towards +x; every rest rotation is identity.
"""

from __future__ import annotations

import numpy as np

from ..typing import Array
from .rotations import quat_multiply, quat_rotate

JOINTS = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle",
    "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hand", "right_hand",
)  # fmt: skip
PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)
_ABOVE = np.array(PARENTS[1:], dtype=np.intp)
JOINT = {name: index for index, name in enumerate(JOINTS)}
N_JOINTS = len(JOINTS)

SMPL_PELVIS = np.array([-0.00179506, -0.22333382, 0.02821918])
"""Rest position of the neutral SMPL pelvis, meters: SMPL's `trans` is the pelvis joint minus this."""

SMPLX_PELVIS = np.array([0.00312326, -0.35137418, 0.01203705])
"""The same of the neutral SMPL-X body."""


def _levels() -> tuple[tuple[slice | list[int], slice | list[int]], ...]:
    levels, parents = [], [0]
    while joints := [joint for joint, parent in enumerate(PARENTS) if parent in parents]:
        levels.append((_rows(joints), _rows([PARENTS[joint] for joint in joints])))
        parents = joints
    return tuple(levels)


def _rows(joints: list[int]) -> slice | list[int]:
    """An index of these joints; a slice where they follow each other, which is much faster for a single pose."""
    first, last = joints[0], joints[-1] + 1
    return slice(first, last) if joints == list(range(first, last)) else joints


LEVELS = _levels()
"""Joints that are equally far from the root, with their parents, outwards: a chain is posed level by level."""


def rest_offsets(rest_joints: Array) -> Array:
    """Offset of each joint from its parent (the pelvis from the origin), meters. (..., 24, 3) -> (..., 24, 3)."""
    offsets = np.array(rest_joints, dtype=np.float64)
    offsets[..., 1:, :] -= np.asarray(rest_joints)[..., _ABOVE, :]
    return offsets


def forward_kinematics(rotations: Array, root: Array, rest_joints: Array) -> tuple[Array, Array]:
    """Pose the skeleton.

    Args:
        rotations: (..., 24, 4) quaternions wxyz; index 0 takes SMPL rest space to the target space (world or
            camera), the others are relative to the parent.
        root: (..., 3) pelvis position in the target space, meters.
        rest_joints: (24, 3) joints of the rest pose, meters; or one skeleton each, (..., 24, 3).

    Returns:
        joint positions (..., 24, 3) and global rotations (..., 24, 4), both in the target space.
    """
    rotations = np.asarray(rotations, dtype=np.float64)
    offsets = rest_offsets(rest_joints)
    orientations = np.empty_like(rotations)
    positions = np.empty((*rotations.shape[:-1], 3))
    orientations[..., 0, :] = rotations[..., 0, :]
    positions[..., 0, :] = root
    for joints, parents in LEVELS:
        orientations[..., joints, :] = quat_multiply(orientations[..., parents, :], rotations[..., joints, :])
    positions[..., 1:, :] = quat_rotate(orientations[..., _ABOVE, :], offsets[..., 1:, :])
    for joints, parents in LEVELS:
        positions[..., joints, :] += positions[..., parents, :]
    return positions, orientations
