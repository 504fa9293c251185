"""A first guess of the pose without iteration: joint frames from the landmarks, then the root by linear PnP.

Limbs are oriented by their own direction and, where they bend enough, by the plane they bend in.
"""

from __future__ import annotations

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import matrix_from_rotvec, normalize, rotvec_from_matrix
from ...geometry.skeleton import N_JOINTS, PARENTS
from ...typing import Array
from . import markers as lm

_STRAIGHT, _BENT = 0.2, 0.5
"""Sines of the bend angle below which the bend plane is ignored, above which it is trusted."""

_NOSE_BELOW_EARS = np.radians(12.0)
_SOLE_PITCH = np.radians(6.0)
"""Slope of the line from heel to toe landmark against the sole of a standing foot."""


def _frame_from_x(x: Array, towards_y: Array) -> Array:
    """Rotations whose first column is x and whose second leans towards the given vector. (T, 3) -> (T, 3, 3)."""
    x = normalize(x)
    z = normalize(np.cross(x, towards_y))
    return np.stack([x, np.cross(z, x), z], axis=-1)


def _frame_from_y(y: Array, towards_x: Array) -> Array:
    """Rotations whose second column is y and whose first leans towards the given vector."""
    y = normalize(y)
    z = normalize(np.cross(towards_x, y))
    return np.stack([np.cross(y, z), y, z], axis=-1)


def _bend(first: Array, second: Array, otherwise: Array) -> Array:
    """Normal of the plane two limb parts span, replaced by another axis where the limb is nearly straight."""
    normal = np.cross(first, second)
    sine = np.linalg.norm(normal, axis=-1, keepdims=True)
    trust = np.clip((sine - _STRAIGHT) / (_BENT - _STRAIGHT), 0, 1)
    return normalize(normalize(normal) * trust + normalize(otherwise) * (1 - trust))


def _shortest_turn(a: Array, b: Array) -> Array:
    """Rotations that take unit vectors a to b the shortest way. (3,), (T, 3) -> (T, 3, 3)."""
    axis = np.cross(a, b)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    return matrix_from_rotvec(normalize(axis) * np.arctan2(sine, b @ a[:, None]))


def orient_joints(world: Array) -> Array:
    """Local rotations (T, 24, 3, 3) in camera space from world landmarks (T, 33, 3) in camera axes, meters."""
    count = len(world)
    g = np.tile(np.eye(3), (count, N_JOINTS, 1, 1))
    hips = world[:, lm.LEFT_HIP] - world[:, lm.RIGHT_HIP]
    shoulders = world[:, lm.LEFT_SHOULDER] - world[:, lm.RIGHT_SHOULDER]
    middle = (world[:, lm.LEFT_HIP] + world[:, lm.RIGHT_HIP]) / 2
    up = normalize((world[:, lm.LEFT_SHOULDER] + world[:, lm.RIGHT_SHOULDER]) / 2 - middle)
    knees = (world[:, lm.LEFT_KNEE] + world[:, lm.RIGHT_KNEE]) / 2
    pelvis = _frame_from_x(hips, up + 0.15 * normalize(middle - knees))
    chest = _frame_from_x(shoulders, up)
    bend = rotvec_from_matrix(np.swapaxes(pelvis, -1, -2) @ chest)
    g[:, 0] = pelvis
    for step, joint in enumerate((3, 6, 9), start=1):
        g[:, joint] = pelvis @ matrix_from_rotvec(bend * (step / 3))
    g[:, 13] = g[:, 14] = g[:, 9]
    _head(world, g)
    for side in (0, 1):
        _arm(world, g, side)
        _leg(world, g, side)
    local = g.copy()
    for joint in range(1, N_JOINTS):
        local[:, joint] = np.swapaxes(g[:, PARENTS[joint]], -1, -2) @ g[:, joint]
    return local


def _head(world: Array, g: Array) -> None:
    ears = world[:, lm.LEFT_EAR] - world[:, lm.RIGHT_EAR]
    ahead = world[:, lm.NOSE] - (world[:, lm.LEFT_EAR] + world[:, lm.RIGHT_EAR]) / 2
    head = _frame_from_x(ears, np.cross(ahead, ears)) @ matrix_from_rotvec(np.array([-_NOSE_BELOW_EARS, 0, 0]))
    turn = rotvec_from_matrix(np.swapaxes(g[:, 9], -1, -2) @ head)
    g[:, 12], g[:, 15] = g[:, 9] @ matrix_from_rotvec(turn / 2), head


def _arm(world: Array, g: Array, side: int) -> None:
    sign = 1.0 - 2.0 * side  # the left arm rests along +x
    shoulder, elbow, wrist = (world[:, k + side] for k in (lm.LEFT_SHOULDER, lm.LEFT_ELBOW, lm.LEFT_WRIST))
    upper, lower = normalize(elbow - shoulder), normalize(wrist - elbow)
    chest = g[:, 9]
    in_chest = np.einsum("tji,tj->ti", chest, upper)
    swung = chest @ _shortest_turn(np.array([sign, 0.0, 0.0]), in_chest)
    g[:, 16 + side] = _frame_from_x(upper * sign, _bend(lower * sign, upper, swung[..., 1]))
    g[:, 18 + side] = _frame_from_x(lower * sign, _bend(lower * sign, upper, g[:, 16 + side][..., 1]))
    g[:, 20 + side] = g[:, 22 + side] = g[:, 18 + side]  # the few centimeters of the hand are too noisy to start from


def _leg(world: Array, g: Array, side: int) -> None:
    hip, knee, ankle = (world[:, k + side] for k in (lm.LEFT_HIP, lm.LEFT_KNEE, lm.LEFT_ANKLE))
    thigh, shin = normalize(hip - knee), normalize(knee - ankle)
    foot = normalize(world[:, lm.LEFT_TOE + side] - world[:, lm.LEFT_HEEL + side])
    hinge = _bend(thigh, shin, np.cross(shin, foot))
    g[:, 1 + side], g[:, 4 + side] = (_frame_from_y(thigh, hinge), _frame_from_y(shin, hinge))
    x = normalize(np.cross(shin, foot))
    g[:, 7 + side] = np.stack([x, np.cross(foot, x), foot], axis=-1) @ matrix_from_rotvec(
        np.array([-_SOLE_PITCH, 0, 0])
    )
    g[:, 10 + side] = g[:, 7 + side]


def toward_viewer(world: Array, pixels: Array, optics: Pinhole) -> Array:
    """World landmarks turned from the axes of their own crop to those of the camera.

    The network sees each person as if in the middle of the picture; the viewing ray through the trunk says by how
    much its optical axis must be turned. (T, 33, 3), (T, 33, 2) -> (T, 33, 3).
    """
    trunk = [lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER, lm.LEFT_HIP, lm.RIGHT_HIP]
    offset = (pixels[:, trunk].mean(axis=1) - optics.center_px) / optics.focal_px
    ray = normalize(np.concatenate([offset, np.ones((len(offset), 1))], axis=1))
    turn = _shortest_turn(np.array([0.0, 0.0, 1.0]), ray)
    return np.einsum("tij,tkj->tki", turn, world - world[:, [lm.LEFT_HIP, lm.RIGHT_HIP]].mean(axis=1, keepdims=True))
