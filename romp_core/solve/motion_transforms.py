"""Motions moved and turned as a whole, and cut into stretches without gaps and cuts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..geometry.rotations import quat_conjugate, quat_from_matrix, quat_multiply, quat_rotate
from ..take.take import Camera, FootageInfo, Motion
from ..typing import Array


def moved(motion: Motion, offset: Array) -> Motion:
    """The motion with its root shifted by (3,) or (m, 3)."""
    return replace(motion, root=(motion.root + offset).astype(np.float32))


def scaled(motion: Motion, factor: float) -> Motion:
    """A larger or smaller person, away from the origin in proportion: in camera space the image stays the same."""
    root, rest, fingers = (
        (lengths * factor).astype(np.float32) for lengths in (motion.root, motion.rest_joints, motion.rest_fingers)
    )
    return replace(motion, root=root, rest_joints=rest, rest_fingers=fingers)


def turned(motion: Motion, turn: Array, offset: Array) -> Motion:
    """The motion turned about the origin by a quaternion (4,), then shifted by (3,)."""
    return _with_root(motion, quat_multiply(turn, motion.rotations[:, 0]), quat_rotate(turn, motion.root) + offset)


def into_world(motion: Motion, camera: Camera) -> Motion:
    """A motion in camera space in the camera's world."""
    rotation, position = camera.at(motion.frame_index)
    return _with_root(
        motion, quat_multiply(rotation, motion.rotations[:, 0]), quat_rotate(rotation, motion.root) + position
    )


def into_camera(motion: Motion, camera: Camera) -> Motion:
    """The inverse of `into_world`."""
    rotation, position = camera.at(motion.frame_index)
    back = quat_conjugate(rotation)
    return _with_root(motion, quat_multiply(back, motion.rotations[:, 0]), quat_rotate(back, motion.root - position))


def turned_camera(camera: Camera, rotation: Array) -> Camera:
    """The camera with its world rotated by a matrix (3, 3)."""
    turn = quat_from_matrix(rotation)
    return replace(camera, rotation=quat_multiply(turn, camera.rotation), position=camera.position @ rotation.T)


def stretches(motion: Motion, footage: FootageInfo) -> Iterator[slice]:
    """Valid frames of one shot, as slices of the motion's arrays."""
    shot = np.searchsorted(np.asarray(footage.cuts, dtype=np.intp), motion.frame_index, side="right")
    key = np.where(motion.valid, shot, -1)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(key)) + 1, [len(key)]])
    for start, stop in pairwise(edges):
        if key[start] >= 0:
            yield slice(int(start), int(stop))


def _with_root(motion: Motion, root_rotation: Array, root: Array) -> Motion:
    rotations = np.array(motion.rotations)
    rotations[:, 0] = root_rotation
    return replace(motion, rotations=rotations, root=root.astype(np.float32))
