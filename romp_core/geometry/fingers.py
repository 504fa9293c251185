"""The 30 finger joints that follow the 24 of SMPL, in the order of SMPL-H, and the fingertips.

Rest pose: fingers straight in the plane of the palm, palm down. Romero et al. 2017, "Embodied Hands".
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..typing import Array
from .rotations import quat_multiply, quat_rotate
from .skeleton import JOINT, JOINTS, N_JOINTS, PARENTS, forward_kinematics

SIDES: Final = ("left", "right")
FINGER_NAMES: Final = ("index", "middle", "pinky", "ring", "thumb")
FINGERS: Final = tuple(f"{side}_{finger}{number}" for side in SIDES for finger in FINGER_NAMES for number in (1, 2, 3))
"""Names of the finger joints."""

N_FINGERS: Final = len(FINGERS)
N_TIPS: Final = len(SIDES) * len(FINGER_NAMES)
WRISTS: Final = tuple(JOINT[f"{side}_wrist"] for side in SIDES)
ROOTS: Final = tuple(range(0, N_FINGERS, 3))
"""Finger joints at the palm, one of each finger; the other two of a finger follow."""

FINGER_PARENTS: Final = tuple(
    WRISTS[index // (N_FINGERS // 2)] if index in ROOTS else N_JOINTS + index - 1 for index in range(N_FINGERS)
)
"""Parent of each finger joint, as an index into the 54 joints."""

ALL_JOINTS: Final = JOINTS + FINGERS
ALL_PARENTS: Final = PARENTS + FINGER_PARENTS
"""The 54 joints of a body with fingers. Its hand joints, which SMPL-H does not have, move nothing."""

SMPLH: Final = (*range(WRISTS[-1] + 1), *range(N_JOINTS, N_JOINTS + N_FINGERS))
"""The 52 joints of SMPL-H among them."""


def pose_with_fingers(
    rotations: Array, fingers: Array, root: Array, rest_joints: Array, rest_fingers: Array
) -> tuple[Array, Array, Array]:
    """Pose a body with its fingers; arguments as in `forward_kinematics` and `pose_fingers`.

    Returns:
        positions (..., 54, 3) and global rotations (..., 54, 4) of the joints, and positions (..., 10, 3) of the tips.
    """
    positions, orientations = forward_kinematics(rotations, root, rest_joints)
    wrists = list(WRISTS)
    points, turns = pose_fingers(fingers, positions[..., wrists, :], orientations[..., wrists, :], rest_fingers)
    joints = np.concatenate([positions, points[..., :N_FINGERS, :]], axis=-2)
    return joints, np.concatenate([orientations, turns], axis=-2), points[..., N_FINGERS:, :]


def all_rest_joints(rest_joints: Array, rest_fingers: Array) -> Array:
    """The 54 joints and 10 tips (64, 3) at rest, from the pelvis."""
    wrists = np.asarray(rest_joints)[[WRISTS[index // 15] for index in range(N_FINGERS)]]
    tips = np.asarray(rest_joints)[[WRISTS[index // 5] for index in range(N_TIPS)]]
    return np.concatenate([rest_joints, np.asarray(rest_fingers) + np.concatenate([wrists, tips])])


def pose_fingers(fingers: Array, wrists: Array, orientations: Array, rest: Array) -> tuple[Array, Array]:
    """Pose the fingers of both hands.

    Args:
        fingers: (..., 30, 4) quaternions wxyz relative to the parent.
        wrists: (..., 2, 3) positions, meters; orientations: (..., 2, 4), global.
        rest: (40, 3) joints of the rest pose, 30 finger joints and 10 tips, relative to their own wrist, meters.

    Returns:
        positions (..., 40, 3) and global rotations (..., 30, 4).
    """
    fingers = np.asarray(fingers, np.float64)
    shape = fingers.shape[:-2]
    joints, tips = split_rest(rest)
    steps = np.concatenate([joints[..., :1, :], np.diff(joints, axis=-2), tips[..., None, :] - joints[..., -1:, :]], -2)
    local = fingers.reshape(*shape, 2, 5, 3, 4)
    turn, place = orientations[..., None, :], wrists[..., None, :]
    positions, turns = np.empty((*shape, 2, 5, 4, 3)), np.empty((*shape, 2, 5, 3, 4))
    for index in range(4):
        place = place + quat_rotate(turn, steps[..., index, :])
        positions[..., index, :] = place
        if index < 3:
            turn = quat_multiply(turn, local[..., index, :])
            turns[..., index, :] = turn
    ends = positions[..., 3, :].reshape(*shape, N_TIPS, 3)
    return np.concatenate([positions[..., :3, :].reshape(*shape, N_FINGERS, 3), ends], axis=-2), turns.reshape(
        *shape, N_FINGERS, 4
    )


def split_rest(rest: Array) -> tuple[Array, Array]:
    """Joints (2, 5, 3, 3) and tips (2, 5, 3) of a rest pose (40, 3), by side and finger."""
    rest = np.asarray(rest, np.float64)
    return rest[:N_FINGERS].reshape(2, 5, 3, 3), rest[N_FINGERS:].reshape(2, 5, 3)
