"""Linear blend skinning: a mesh follows its skeleton."""

from __future__ import annotations

import numpy as np

from ..typing import Array
from .rotations import matrix_from_quat
from .skeleton import forward_kinematics


def linear_blend_skinning(
    vertices: Array, joint_weights: Array, rest_joints: Array, rotations: Array, root: Array
) -> Array:
    """Vertices of the posed mesh, in the target space of `forward_kinematics`.

    Args:
        vertices: (N, 3) mesh in rest pose, meters.
        joint_weights: (N, 24), rows sum to 1.
        rest_joints: (24, 3) joints in rest pose.
        rotations: (24, 4) quaternions wxyz, relative to the parent.
        root: (3,) pelvis position.

    Returns:
        (N, 3) float32.
    """
    positions, orientations = forward_kinematics(rotations, root, rest_joints)
    return blend_motions(vertices, joint_weights, rigid_motions(matrix_from_quat(orientations), positions, rest_joints))


def rigid_motions(matrices: Array, positions: Array, rest_joints: Array) -> Array:
    """Motion of each joint's bone from the rest pose: global rotations (..., 24, 3, 3), joints posed and at rest
    (..., 24, 3) -> (..., 24, 3, 4) float32, rotation and shift.
    """
    shifts = positions - (matrices @ np.asarray(rest_joints)[..., None])[..., 0]
    return np.concatenate([matrices, shifts[..., None]], axis=-1).astype(np.float32)


def blend_motions(vertices: Array, joint_weights: Array, motions: Array) -> Array:
    """Move every vertex (..., N, 3) by the weighted mean of its joints' rigid motions (SMPL, equation 6)."""
    blended = joint_weights @ motions.reshape(*motions.shape[:-2], 12)
    blended = blended.reshape(*blended.shape[:-1], 3, 4)
    return np.einsum("...ab,...b->...a", blended[..., :3], vertices) + blended[..., 3]
