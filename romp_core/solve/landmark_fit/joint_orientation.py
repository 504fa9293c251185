"""A first guess of the pose without iteration: joint frames from the landmarks.

Limbs are oriented by their own direction and, where they bend enough, by the plane they bend in.
"""

from __future__ import annotations

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import cross, length, matrix_from_rotvec, normalize, rotvec_from_matrix
from ...geometry.skeleton import JOINT, N_JOINTS, PARENTS
from ...typing import Array
from . import markers as lm
from .kinematic_chain import LEAD

_STRAIGHT, _BENT = 0.2, 0.5
"""Sines of the bend angle below which the bend plane is ignored, above which it is trusted."""
_NOSE_BELOW_EARS = matrix_from_rotvec(np.radians([-12.0, 0.0, 0.0]))
"""Rotation from the head as ears and nose show it to the head that looks straight ahead."""
_SOLE_PITCH = matrix_from_rotvec(np.radians([-6.0, 0.0, 0.0]))
"""Slope of the line from heel to toe landmark against the sole of a standing foot."""
_ARM_AT_REST = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]])
"""Directions of the left and the right arm in the T-pose."""


_LIMBS = np.array(
    [
        (left_start + side, left_end + side)
        for left_start, left_end in (
            (lm.LEFT_SHOULDER, lm.LEFT_ELBOW), (lm.LEFT_ELBOW, lm.LEFT_WRIST),
            (lm.LEFT_KNEE, lm.LEFT_HIP), (lm.LEFT_ANKLE, lm.LEFT_KNEE), (lm.LEFT_HEEL, lm.LEFT_TOE),
        )
        for side in (0, 1)
    ]
)  # fmt: skip
"""Landmarks from which and to which upper arms, forearms, thighs, shins and feet point, left and right."""


def _both(left_joint: str) -> slice:
    """The joint of this name and its twin on the right, which follows it."""
    return slice(JOINT[left_joint], JOINT[left_joint] + 2)


def orient_groups(world: Array) -> Array:
    """Group rotations (T, G, 3, 3) in camera space from world landmarks (T, K, 3) in camera axes, meters."""
    frames = np.empty((len(world), N_JOINTS, 3, 3))
    (left_hip, right_hip), (left_shoulder, right_shoulder) = _pair(world, lm.LEFT_HIP), _pair(world, lm.LEFT_SHOULDER)
    hips = (left_hip + right_hip) / 2
    up = normalize((left_shoulder + right_shoulder) / 2 - hips)
    from_knees = normalize(hips - sum(_pair(world, lm.LEFT_KNEE)) / 2)
    left_ear, right_ear = _pair(world, lm.LEFT_EAR)
    ears = left_ear - right_ear
    across = np.stack([left_hip - right_hip, left_shoulder - right_shoulder, ears], axis=1)
    crown = cross(world[:, lm.NOSE] - (left_ear + right_ear) / 2, ears)
    trunk = _frame_from_x(
        normalize(across), np.stack([up + 0.15 * from_knees, up, crown], axis=1)
    )  # pelvis, chest, head
    trunk[:, 2] = trunk[:, 2] @ _NOSE_BELOW_EARS
    bends = rotvec_from_matrix(np.swapaxes(trunk[:, :2], -1, -2) @ trunk[:, 1:])  # of the spine, of the neck
    frames[:, JOINT["pelvis"]] = trunk[:, 0]
    frames[:, [JOINT["spine1"], JOINT["neck"]]] = trunk[:, :2] @ matrix_from_rotvec(bends / [[3.0], [2.0]])
    frames[:, [JOINT["spine3"], JOINT["left_collar"], JOINT["right_collar"]]] = trunk[:, 1:2]
    limbs = normalize(world[:, _LIMBS[:, 1]] - world[:, _LIMBS[:, 0]]).reshape(-1, 5, 2, 3)
    upper_arm, forearm, thigh, shin, foot = (limbs[:, part] for part in range(5))
    sign = _ARM_AT_REST[:, :1]
    normals, bent = _bend(np.stack([forearm * sign, thigh], axis=1), limbs[:, ::3])
    _orient_arms(upper_arm, forearm, trunk[:, 1:2], normals[:, 0], bent[:, 0], frames)
    _orient_legs(thigh, shin, foot, normals[:, 1], bent[:, 1], frames)
    parents = [PARENTS[joint] for joint in LEAD[1:]]
    turns = frames[:, LEAD]
    turns[:, 1:] = np.swapaxes(frames[:, parents], -1, -2) @ turns[:, 1:]
    return turns


def _pair(world: Array, left: int) -> tuple[Array, Array]:
    return world[:, left], world[:, left + 1]


def _orient_arms(upper: Array, lower: Array, chest: Array, normal: Array, bent: Array, frames: Array) -> None:
    sign = _ARM_AT_REST[:, :1]
    swung = chest @ _shortest_turn(_ARM_AT_REST, (np.swapaxes(chest, -1, -2) @ upper[..., None])[..., 0])
    upper_frame = _frame_from_x(upper * sign, _mixed(swung[..., 1], normal, bent))
    frames[:, _both("left_shoulder")] = upper_frame
    # The few centimeters of the hand are too noisy to start from: it follows the forearm.
    lower_frame = _frame_from_x(lower * sign, _mixed(upper_frame[..., 1], normal, bent))
    frames[:, _both("left_elbow")] = frames[:, _both("left_wrist")] = lower_frame


def _orient_legs(thigh: Array, shin: Array, foot: Array, normal: Array, bent: Array, frames: Array) -> None:
    beside = normalize(cross(shin, foot))
    hinge = _mixed(beside, normal, bent)
    legs = _frame_from_y(np.stack([thigh, shin], axis=1), hinge[:, None])
    frames[:, _both("left_hip")], frames[:, _both("left_knee")] = legs[:, 0], legs[:, 1]
    frames[:, _both("left_ankle")] = np.stack([beside, cross(foot, beside), foot], axis=-1) @ _SOLE_PITCH


def _frame_from_x(x: Array, towards_y: Array) -> Array:
    """Rotations whose first column is the unit vector x and whose second leans towards the given vector.

    (..., 3), (..., 3) -> (..., 3, 3).
    """
    z = normalize(cross(x, towards_y))
    return np.stack([x, cross(z, x), z], axis=-1)


def _frame_from_y(y: Array, towards_x: Array) -> Array:
    """Rotations whose second column is the unit vector y and whose first leans towards the given vector."""
    z = normalize(cross(towards_x, y))
    return np.stack([cross(y, z), y, z], axis=-1)


def _bend(first: Array, second: Array) -> tuple[Array, Array]:
    """Normal of the plane that two limb parts span, and how far it can be trusted (..., 1)."""
    normal = cross(first, second)
    return normalize(normal), np.clip((length(normal) - _STRAIGHT) / (_BENT - _STRAIGHT), 0, 1)


def _mixed(otherwise: Array, normal: Array, trust: Array) -> Array:
    """A bend normal, replaced by another axis where the limb is nearly straight."""
    return normalize(normal * trust + normalize(otherwise) * (1 - trust))


def _shortest_turn(a: Array, b: Array) -> Array:
    """Rotations that take unit vectors a to b the shortest way. (..., 3), (..., 3) -> (..., 3, 3)."""
    axis = cross(a, b)
    return matrix_from_rotvec(normalize(axis) * np.arctan2(length(axis), (a * b).sum(axis=-1, keepdims=True)))


def toward_viewer(world: Array, pixels: Array, optics: Pinhole) -> Array:
    """World landmarks turned from the axes of their own crop to those of the camera.

    The network sees each person as if in the middle of the image; the viewing ray through the trunk gives the turn of
    the optical axis. (T, K, 3), (T, K, 2) -> (T, K, 3).
    """
    trunk = [lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER, lm.LEFT_HIP, lm.RIGHT_HIP]
    offset = (pixels[:, trunk].mean(axis=1) - optics.center_px) / optics.focal_px
    ray = normalize(np.concatenate([offset, np.ones((len(offset), 1))], axis=1))
    turn = _shortest_turn(np.array([0.0, 0.0, 1.0]), ray)
    return np.einsum("tij,tkj->tki", turn, world - world[:, [lm.LEFT_HIP, lm.RIGHT_HIP]].mean(axis=1, keepdims=True))
