"""Linear blend skinning: a mesh follows its skeleton."""

from __future__ import annotations

import numpy as np

from .rotations import Array, matrix_from_quat
from .skeleton import forward_kinematics


def linear_blend_skinning(
    vertices: Array, joint_weights: Array, rest_joints: Array, rotations: Array, root: Array
) -> Array:
    """Vertices of the posed mesh, in the target space of `forward_kinematics`.

    Args:
        vertices: (N, 3) mesh in rest pose, metres.
        joint_weights: (N, 24), rows sum to 1.
        rest_joints: (24, 3) joints in rest pose.
        rotations: (24, 4) quaternions wxyz, relative to the parent.
        root: (3,) pelvis position.

    Returns:
        (N, 3) float32. Every vertex is moved by the weighted mean of its joints' rigid motions (SMPL, equation 6).
    """
    positions, orientations = forward_kinematics(rotations, root, rest_joints)
    matrices = matrix_from_quat(orientations)
    shifts = positions - np.einsum("jab,jb->ja", matrices, rest_joints)
    motions = np.concatenate([matrices, shifts[..., None]], axis=-1).astype(np.float32)  # (24, 3, 4)
    blended = (joint_weights @ motions.reshape(len(motions), 12)).reshape(-1, 3, 4)
    return np.einsum("nab,nb->na", blended[..., :3], vertices) + blended[..., 3]
