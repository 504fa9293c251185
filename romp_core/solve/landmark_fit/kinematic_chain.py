"""The skeleton of the fit: which joints turn, where the markers are, and how they move when a joint turns.

Everything is in camera space, rotations are matrices, T frames at once. A *group* is one free rotation; the three
spine joints share one, neck and head share one, toes and fingers have none. A turn is a left-multiplied rotation
vector in the axes of the joint's parent.
"""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import matrix_from_rotvec
from ...geometry.skeleton import JOINT, N_JOINTS, PARENTS, rest_offsets
from ...typing import Array
from .markers import CARRIER, marker_offsets, skeleton_size

GROUPS: tuple[tuple[int, ...], ...] = tuple(
    tuple(JOINT[name] for name in names)
    for names in (
        ("pelvis",), ("spine1", "spine2", "spine3"), ("neck", "head"),
        ("left_collar",), ("right_collar",), ("left_shoulder",), ("right_shoulder",),
        ("left_elbow",), ("right_elbow",), ("left_wrist",), ("right_wrist",),
        ("left_hip",), ("right_hip",), ("left_knee",), ("right_knee",), ("left_ankle",), ("right_ankle",),
    )
)  # fmt: skip
N_GROUPS = len(GROUPS)
N_TURNS = 3 * N_GROUPS
N_PARAMETERS = N_TURNS + 3
"""Three per group, then the root's position."""

LEAD = np.array([group[0] for group in GROUPS])
"""First joint of each group; the others repeat its rotation."""

_TURNING = np.array([joint for group in GROUPS for joint in group])
_GROUP = np.array([index for index, group in enumerate(GROUPS) for _ in group])
"""Joints that turn, and the group of each."""
_STARTS = np.flatnonzero(np.diff(_GROUP, prepend=-1))
_CHAINS = tuple(
    (slice(joints[0], joints[-1] + 1), slice(parents[0], parents[-1] + 1))
    for joints, parents in (
        ((1, 2, 3), (0,)), ((4, 5, 6), (1, 2, 3)), ((7, 8, 9), (4, 5, 6)), ((12, 13, 14), (9,)),
        ((15, 16, 17), (12, 13, 14)), ((18, 19), (16, 17)), ((20, 21), (18, 19)),
    )
)  # fmt: skip
"""The turning joints level by level with their parents, as ranges (a lone parent serves its whole level)."""

_BALLS = (JOINT["left_foot"], JOINT["right_foot"])
CARRIERS = np.concatenate([CARRIER, [PARENTS[joint] for joint in _BALLS]])
"""Joint that carries each marker: the used landmarks, then the balls of the feet."""


def moves_of(carrier: int) -> Array:
    """(N_PARAMETERS,) 1 where a parameter moves what a joint carries; not for the middle of a group."""
    moves = np.zeros(N_PARAMETERS, np.float32)
    moves[N_TURNS:] = 1
    joint = carrier
    while joint >= 0:
        group = _GROUP[np.flatnonzero(joint == _TURNING)[0]]
        moves[3 * group : 3 * group + 3] = 1
        joint = PARENTS[joint]
    return moves


MOVES = np.stack([moves_of(int(carrier)) for carrier in CARRIERS])
"""(K, N_PARAMETERS) 1 where a parameter moves a marker. No marker is carried by the middle of a group."""


class Chain:
    """A skeleton with markers, ready to be posed.

    Attributes:
        size: length from ankles to head in the rest pose, meters.
    """

    def __init__(self, rest_joints: Array) -> None:
        offsets = rest_offsets(rest_joints)
        self.size = skeleton_size(rest_joints)
        self.offsets = offsets.astype(np.float32)
        markers = np.concatenate([marker_offsets(rest_joints), offsets[list(_BALLS)]])
        self.markers = np.concatenate([markers, np.ones((len(markers), 1))], axis=1)[..., None].astype(np.float32)

    def pose(self, turns: Array) -> Pose:
        """Forward kinematics of the group rotations (T, G, 3, 3), the root at the origin."""
        return Pose(self, turns)


class Pose:
    """Joints and markers of T frames, the root at the origin.

    Attributes:
        joints: (T, 24, 3, 4) orientation and position of the joints that turn; markers: (T, K, 3). float32.
    """

    def __init__(self, chain: Chain, turns: Array) -> None:
        steps = np.zeros((len(turns), N_JOINTS, 4, 4), np.float32)  # from the parent's frame to the joint's
        steps[:, _TURNING, :3, :3] = turns[:, _GROUP]
        steps[:, 1:, :3, 3] = chain.offsets[1:]
        steps[..., 3, 3] = 1
        self.joints = steps[:, :, :3].copy()
        for joints, parents in _CHAINS:
            self.joints[:, joints] = self.joints[:, parents] @ steps[:, joints]
        self.markers = (self.joints[:, CARRIERS] @ chain.markers)[..., 0]

    def twists(self) -> Array:
        """Velocity at the origin (angular, then linear) per unit of each parameter, (T, 6, N_PARAMETERS).

        A marker at q moves by the linear part plus the cross product of the angular part and q.
        """
        axes = self.joints[:, [PARENTS[joint] for joint in _TURNING], :, :3]
        axes[:, 0] = np.eye(3)
        x, y, z = (self.joints[:, _TURNING, axis, 3, None] for axis in range(3))
        parts = np.empty((len(axes), len(_TURNING), 6, 3), np.float32)
        parts[:, :, :3] = axes
        parts[:, :, 3] = y * axes[:, :, 2] - z * axes[:, :, 1]
        parts[:, :, 4] = z * axes[:, :, 0] - x * axes[:, :, 2]
        parts[:, :, 5] = x * axes[:, :, 1] - y * axes[:, :, 0]
        twists = np.zeros((len(axes), 6, N_PARAMETERS), np.float32)
        groups = np.add.reduceat(parts, _STARTS, axis=1)
        twists[:, :, :N_TURNS] = np.moveaxis(groups, 1, 2).reshape(len(axes), 6, N_TURNS)
        twists[:, [3, 4, 5], [N_TURNS, N_TURNS + 1, N_TURNS + 2]] = 1
        return twists


def expand(turns: Array) -> Array:
    """Local rotations (T, 24, 3, 3) of the group rotations (T, G, 3, 3)."""
    locals_ = np.tile(np.eye(3), (len(turns), N_JOINTS, 1, 1))
    locals_[:, _TURNING] = turns[:, _GROUP]
    return locals_


def advance(turns: Array, step: Array) -> Array:
    """Group rotations after small turns (T, G, 3)."""
    return matrix_from_rotvec(step) @ turns
