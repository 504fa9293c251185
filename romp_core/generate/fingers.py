"""The fingers of the embedded body: joints in SMPL-H order, skin weights, and the hand with straight fingers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.fingers import FINGER_NAMES, FINGERS, N_FINGERS, SIDES, WRISTS
from ..geometry.rotations import normalize, quat_rotate
from ..geometry.skeleton import JOINT, N_JOINTS
from .makehuman import MakeHuman
from .turning import rotation_between

_NUMBER = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}
_FAN_DEG = {"index": 4.0, "middle": 0.0, "ring": -4.0, "pinky": -9.0}
"""Direction of each straight finger in the palm's plane, towards the thumb."""


def finger_bones() -> list[str]:
    """The rig bone of each finger joint."""
    return [
        f"finger{_NUMBER[finger]}-{number}.{side[0].upper()}"
        for side in SIDES
        for finger in FINGER_NAMES
        for number in (1, 2, 3)
    ]


def finger_points(source: MakeHuman, vertices: np.ndarray) -> np.ndarray:
    """Joints and tips (40, 3) in a body of the given vertices (V, 3)."""
    bones = finger_bones()
    heads = [source.bone_head(bone, vertices) for bone in bones]
    return np.array(heads + [source.bone_tail(bone, vertices) for bone in bones[2::3]])


_CORE = 0.9
"""Skin with more weight than this shows the shape of a finger's part."""


@dataclass(frozen=True)
class StraightHands:
    """A body's hands with straight fingers.

    Attributes:
        points: (40, 3) joints and tips relative to their wrist. vertices: (N, 3) of the whole body.
        thumb_axis: (3,) about which the left thumb bends.
    """

    points: np.ndarray
    vertices: np.ndarray
    thumb_axis: np.ndarray


def straighten_fingers(
    vertices: np.ndarray, weights: np.ndarray, joints: np.ndarray, points: np.ndarray
) -> StraightHands:
    """Lay the fingers of a T-pose along the arms, palms down; thumbs are straightened as they lie.

    Args:
        vertices: (N, 3). weights: (N, 54) of the 24 joints and the 30 finger joints. joints: (24, 3).
        points: (40, 3) finger joints and tips.
    """
    moved, straight = np.zeros_like(vertices), points.copy()
    thumb_axis = np.zeros(3)
    for side, wrist in enumerate(WRISTS):
        own = [*range(15 * side, 15 * side + 15), *range(N_FINGERS + 5 * side, N_FINGERS + 5 * side + 5)]
        roll = _level_palm(points[own])
        straight[own] = quat_rotate(roll, points[own] - joints[wrist]) + joints[wrist]
        rolled = quat_rotate(roll, vertices - joints[wrist]) + joints[wrist]
        moved += weights[:, wrist, None] * (rolled - vertices)
        for first in own[:15:3]:
            name, tip = FINGER_NAMES[first // 3 % 5], N_FINGERS + first // 3
            chain = straight[[first, first + 1, first + 2, tip]]
            steps = np.diff(chain, axis=0)
            direction = _direction(name, 1 - 2 * side) if name in _FAN_DEG else normalize(chain[3] - chain[0])
            if name == "thumb" and side == 0:
                parts = [rolled[weights[:, N_JOINTS + first + number] > _CORE] for number in (1, 2)]
                turns = [rotation_between(step, direction) for step in steps[1:]]
                thumb_axis = _hinge([quat_rotate(*pair) for pair in zip(turns, parts, strict=True)], direction)
            place = chain[0]
            for number, (step, end) in enumerate(zip(steps, (first + 1, first + 2, tip), strict=True)):
                turned = quat_rotate(rotation_between(step, direction), rolled - chain[number]) + place
                moved += weights[:, N_JOINTS + first + number, None] * (turned - vertices)
                place = place + direction * np.linalg.norm(step)
                straight[end] = place
    wrists = joints[[WRISTS[FINGERS.index(name) // 15] for name in FINGERS] + [WRISTS[tip // 5] for tip in range(10)]]
    return StraightHands(straight - wrists, vertices + moved, thumb_axis)


def _level_palm(points: np.ndarray) -> np.ndarray:
    """Rotation wxyz about the arm that brings the knuckles of index and little finger to one height."""
    across = points[FINGER_NAMES.index("index") * 3] - points[FINGER_NAMES.index("pinky") * 3]
    half = np.arctan2(across[1], across[2]) / 2
    return np.array([np.cos(half), np.sin(half), 0.0, 0.0])


def _hinge(parts: list[np.ndarray], direction: np.ndarray) -> np.ndarray:
    """Axis about which a straight finger bends: along the broad side of its parts (N, 3), which are flat at the pad."""
    axes = []
    for vertices in parts:
        across = vertices - vertices.mean(0)
        across -= np.outer(across @ direction, direction)
        broad = np.linalg.svd(across, full_matrices=False)[2][0]
        axes.append(broad * np.sign(broad[1]))  # upwards, so that a positive angle bends towards the palm
    return normalize(np.sum(axes, axis=0))


def _direction(finger: str, outwards: int) -> np.ndarray:
    angle = np.radians(_FAN_DEG[finger])
    return np.array([outwards * np.cos(angle), 0.0, np.sin(angle)])


def without_fingers(weights: np.ndarray) -> np.ndarray:
    """Weights (N, 54) summed onto the 24 joints (N, 24): thumbs move with the wrist, the others with the hand."""
    folded = weights[:, :N_JOINTS].copy()
    for index, name in enumerate(FINGERS):
        side = name.split("_")[0]
        folded[:, JOINT[f"{side}_{'wrist' if 'thumb' in name else 'hand'}"]] += weights[:, N_JOINTS + index]
    return folded
