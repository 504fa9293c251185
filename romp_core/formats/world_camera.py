"""The camera of people whose poses a file gives both in camera space and in a world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..geometry.rotations import (
    angle_between,
    normalize,
    quat_conjugate,
    quat_from_matrix,
    quat_multiply,
    quat_rotate,
    side_of,
)
from ..take.take import Camera, FootageInfo
from ..typing import Array
from .tracks import Track

_STILL_TURN, _STILL_MOVE = np.radians(0.2), 0.01
"""A camera that stays within these is static."""
_ORTHOGONAL = 1e-2


def camera_from_people(tracks: Sequence[Track], footage: FootageInfo) -> Camera | None:
    """The camera's path in the file's world, one row per frame; None where somebody is in one of the spaces only.

    In each frame every person says where the camera is; the path is their mean. It is held where nobody is seen.
    """
    count = len(footage.times)
    rotation, position, weight = np.zeros((count, 4)), np.zeros((count, 3)), np.zeros((count, 1))
    for track in tracks:
        if track.camera is None or track.world is None:
            return None
        turn = quat_multiply(track.world.rotation, quat_conjugate(track.camera.rotation))
        here = track.world.root - quat_rotate(turn, track.camera.root)
        seen = rotation[track.frames]
        rotation[track.frames] += turn * np.where(weight[track.frames] > 0, side_of(turn, seen), 1.0)
        position[track.frames] += here
        weight[track.frames] += 1
    known = np.flatnonzero(weight[:, 0])
    held = known[np.clip(np.searchsorted(known, np.arange(count), side="right") - 1, 0, len(known) - 1)]
    fov = footage.fov or 1.0
    return still_if_steady(Camera(fov, normalize(rotation[held]), position[held] / weight[held]))


def camera_path(camera_to_world: Array, position: Array, fov: float, count: int) -> Camera | None:
    """The camera of rotations (n, 3, 3) to the file's world and positions (n, 3); None when they are no rotations.

    The path is held, or cut, to `count` frames.
    """
    rotations, position = camera_to_world.reshape(-1, 3, 3), position.reshape(-1, 3)
    if not len(rotations) or len(rotations) != len(position) or not np.isfinite(position).all():
        return None
    if not np.isfinite(rotations).all():
        return None
    products = rotations @ np.swapaxes(rotations, 1, 2)
    if np.abs(products - np.eye(3)).max() > _ORTHOGONAL or np.linalg.det(rotations).min() < 0:
        return None
    held = np.minimum(np.arange(count), len(rotations) - 1)
    return still_if_steady(Camera(fov, quat_from_matrix(rotations)[held], position[held]))


def still_if_steady(camera: Camera) -> Camera:
    """The camera with a single row if it hardly moves."""
    turned = angle_between(camera.rotation[:1], camera.rotation)
    moved = np.linalg.norm(camera.position - camera.position[:1], axis=1)
    if turned.max() > _STILL_TURN or moved.max() > _STILL_MOVE:
        return camera
    return replace(camera, rotation=camera.rotation[:1], position=np.median(camera.position, axis=0, keepdims=True))
