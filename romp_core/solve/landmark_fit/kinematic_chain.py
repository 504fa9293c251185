"""The skeleton as the fit sees it: which joints turn, where the markers go, and how they move when a joint turns.

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


_BALLS = (JOINT["left_foot"], JOINT["right_foot"])
CARRIERS = np.concatenate([CARRIER, [PARENTS[joint] for joint in _BALLS]])
"""Joint that carries each marker: the used landmarks, then the balls of the feet."""


def _descendants(joint: int) -> Array:
    """Indices of the markers that move when this joint turns."""
    moved = []
    for index, carrier in enumerate(CARRIERS):
        walk = int(carrier)
        while walk not in (joint, -1):
            walk = PARENTS[walk]
        if walk == joint:
            moved.append(index)
    return np.array(moved, dtype=np.intp)


_MOVED = {joint: _descendants(joint) for group in GROUPS for joint in group}


class Chain:
    """A skeleton with markers, ready to be posed.

    Attributes:
        size: length from ankles to head in the rest pose, meters.
    """

    def __init__(self, rest_joints: Array) -> None:
        self.offsets = rest_offsets(rest_joints)
        self.size = skeleton_size(rest_joints)
        self.markers = np.concatenate([marker_offsets(rest_joints), self.offsets[list(_BALLS)]])

    def pose(self, turns: Array, root: Array) -> Pose:
        """Forward kinematics of the group rotations (T, G, 3, 3) and root (T, 3)."""
        return Pose(self, turns, root)


class Pose:
    """Joints and markers of T frames.

    Attributes:
        globals: (T, 24, 3, 3) joint orientations; joints: (T, 24, 3); markers: (T, K, 3), camera space.
    """

    def __init__(self, chain: Chain, turns: Array, root: Array) -> None:
        locals_ = expand(turns)
        self.globals = locals_
        self.joints = np.empty((len(turns), N_JOINTS, 3))
        self.joints[:, 0] = root
        for joint in range(1, N_JOINTS):
            parent = PARENTS[joint]
            self.joints[:, joint] = self.joints[:, parent] + self.globals[:, parent] @ chain.offsets[joint]
            self.globals[:, joint] = self.globals[:, parent] @ locals_[:, joint]
        carried = np.einsum("tkij,kj->tki", self.globals[:, CARRIERS], chain.markers)
        self.markers = self.joints[:, CARRIERS] + carried

    def jacobian(self) -> Array:
        """Derivative of the markers by all parameters, (T, 3, K, N_PARAMETERS) float32."""
        count, n_markers = self.markers.shape[:2]
        jacobian = np.zeros((count, 3, n_markers, N_PARAMETERS), np.float32)
        identity = np.broadcast_to(np.eye(3), (count, 3, 3))
        for index, group in enumerate(GROUPS):
            columns = slice(3 * index, 3 * index + 3)
            for joint in group:
                moved = _MOVED[joint]
                axes = (self.globals[:, PARENTS[joint]] if joint else identity)[:, :, None]  # (T, 3, 1, 3)
                levers = np.moveaxis(self.markers[:, moved] - self.joints[:, None, joint], -1, 1)[..., None]
                block = jacobian[:, :, :, columns]
                block[:, 0, moved] += axes[:, 1] * levers[:, 2] - axes[:, 2] * levers[:, 1]
                block[:, 1, moved] += axes[:, 2] * levers[:, 0] - axes[:, 0] * levers[:, 2]
                block[:, 2, moved] += axes[:, 0] * levers[:, 1] - axes[:, 1] * levers[:, 0]
        for axis in range(3):
            jacobian[:, axis, :, N_TURNS + axis] = 1
        return jacobian


def expand(turns: Array) -> Array:
    """Local rotations (T, 24, 3, 3) of the group rotations (T, G, 3, 3)."""
    locals_ = np.tile(np.eye(3), (len(turns), N_JOINTS, 1, 1))
    for index, group in enumerate(GROUPS):
        for joint in group:
            locals_[:, joint] = turns[:, index]
    return locals_


def advance(turns: Array, step: Array) -> Array:
    """Group rotations after small turns (T, G, 3)."""
    return matrix_from_rotvec(step) @ turns
