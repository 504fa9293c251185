"""The path of a camera that points of the background show, in meters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...geometry.rotations import make_continuous, quat_from_matrix
from ...geometry.skeleton import forward_kinematics
from ...take.resample import frame_interval
from ...take.take import Camera, FootageInfo, Motion
from ...typing import Array
from ..background.camera_motion import CameraMotion
from ..background.floor_plane import Plane
from ..background.metric import Walker, meters_per_unit
from ..background.shot_motion import ShotMotion
from ..contacts.soles import FEET, sole_clearance
from .camera_path import still_camera
from .up_direction import body_axis, standing_direction

_LEVEL = np.array([0.0, -1.0, 0.0])


def tracked_camera(
    tracked: CameraMotion, motions: Sequence[Motion], fov: float, footage: FootageInfo
) -> tuple[Camera, Array | None]:
    """Path of the camera in the space of the first frame's camera; static where it does not move in any shot.

    Args:
        motions: of the people, in camera space. fov: horizontal field of view, radians.

    Returns:
        the path; and (3,) the way up in the same space, as the floor of the longest moving shot shows it, else None.
    """
    if not tracked.is_moving:
        return still_camera(fov), None
    longest, up = 0, None
    count = len(footage.times)
    rotation, position = np.zeros((count, 4)), np.zeros((count, 3))
    interval = frame_interval(footage.times)
    for frames, shot in tracked.shots:
        rotation[frames] = quat_from_matrix(shot.rotation.swapaxes(1, 2))
        if shot.kind == "moves":
            scale, plane = _scale(frames, shot, motions, interval)
            position[frames] = shot.position * scale
            if plane is not None and frames.stop - frames.start > longest:
                longest, up = frames.stop - frames.start, plane.up
    return Camera(fov, make_continuous(rotation), position), up


def _scale(frames: slice, shot: ShotMotion, motions: Sequence[Motion], interval: float) -> tuple[float, Plane | None]:
    """Meters per unit of a shot, and its floor in these units."""
    seen = [part for part in (_part(motion, frames) for motion in motions) if part is not None]
    joints = [forward_kinematics(motion.rotations[at], motion.root[at], motion.rest_joints)[0] for motion, at in seen]
    rows = [motion.frame_index[at] - frames.start for motion, at in seen]
    axes, weights = [], []
    for (motion, _), each, row in zip(seen, joints, rows, strict=True):
        axis, weight = body_axis(each, motion.rest_joints)
        axes.append(np.einsum("tji,tj->ti", shot.rotation[row], axis))
        weights.append(weight)
    up = standing_direction(np.concatenate(axes), np.concatenate(weights)) if axes else None
    up = _LEVEL if up is None else up
    walkers = [
        Walker(row, _soles(each, motion, np.einsum("tij,j->ti", shot.rotation[row], up)))
        for (motion, _), each, row in zip(seen, joints, rows, strict=True)
    ]
    return meters_per_unit(shot, walkers, up, interval)


def _part(motion: Motion, frames: slice) -> tuple[Motion, Array] | None:
    """Rows of a motion that are valid and in these frames; None without any."""
    at = np.flatnonzero(motion.valid & (motion.frame_index >= frames.start) & (motion.frame_index < frames.stop))
    return (motion, at) if len(at) else None


def _soles(joints: Array, motion: Motion, up: Array) -> Array:
    """(m, 4, 3) points below heels and balls, of bodies (m, 24, 3) that stand along `up` (m, 3)."""
    clearance = sole_clearance(motion.rest_joints)
    return np.asarray(joints[:, list(FEET)] - clearance[None, :, None] * up[:, None])
