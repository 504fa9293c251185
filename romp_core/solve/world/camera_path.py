"""The path of a moving camera, from people whose poses are known both in its view and in a world that stands still.

Each person's world is where the camera was when the person appeared, so the worlds are first brought to agree. Then
every frame has as many estimates of the camera as there are people; the path is their robust mean, smoothed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ...geometry.rotations import (
    angle_between,
    make_continuous,
    normalize,
    quat_conjugate,
    quat_multiply,
    quat_rotate,
    side_of,
)
from ...take.observations import Observations
from ...take.resample import frame_interval
from ...take.take import Camera, FootageInfo
from ...typing import Array
from ..filters import local_quadratic
from ..segments import finite

_TURN_S, _MOVE_S = 0.4, 0.4
"""Widths of the smoothing of the camera's rotation and of its position, seconds."""
_TURN_ERROR, _MOVE_ERROR = np.radians(3.0), 0.08
"""Usual errors of one estimate: what is several times as far off counts little."""
_STILL_TURN, _STILL_MOVE = np.radians(2.0), 0.1
"""A path that mostly stays within this, and a share of the distance to the people, is that of a static camera."""
_STILL_SHARE = 0.02
_MOSTLY = 0.9
_ROUNDS = 4
_IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
_CERTAIN = 30.0
"""Weight of the first frame of a person, in ordinary frames."""
_FAINT = 1e-3
"""Weight of frames in which nobody is seen: what was interpolated across them."""


@dataclass(frozen=True)
class _Estimates:
    """What one person says about the camera in n frames.

    Attributes:
        frames: (n,); rotation: (n, 4) camera to world; root: (n, 3) the person in the world; in_camera: (n, 3) the same
            in camera space; weight: (n, 1).
    """

    frames: Array
    rotation: Array
    root: Array
    in_camera: Array
    weight: Array

    def position(self, rotation: Array) -> Array:
        """Where (n, 3) the camera is, if its rotation is (n, 4)."""
        return self.root - quat_rotate(rotation, self.in_camera)


def still_camera(fov: float) -> Camera:
    """A camera that does not move, in its own space."""
    return Camera(fov, _IDENTITY[None], np.zeros((1, 3)))


def camera_path(people: Sequence[Observations], scales: Sequence[float], fov: float, footage: FootageInfo) -> Camera:
    """Path of the camera in the space of the first frame's camera; static where no model estimated a motion.

    Args:
        people: raw observations of each person. scales: meters of the solve per meter of the model, per person.
        fov: horizontal field of view, radians.

    Returns:
        camera with one rotation and position per frame of the footage, or a single one.
    """
    estimates = [
        _estimates(seen, scale) for seen, scale in zip(people, scales, strict=True) if seen.world_rotation is not None
    ]
    estimates = sorted((each for each in estimates if len(each.frames)), key=lambda each: -len(each.frames))
    if not estimates:
        return still_camera(fov)
    count = len(footage.times)
    rotation, position = _mean(estimates[:1], count)
    known = np.zeros(count)
    known[estimates[0].frames] = estimates[0].weight[:, 0]
    agreed = [estimates[0]]
    for other in estimates[1:]:
        other = _aligned(other, rotation, position, known)
        agreed.append(other)
        rotation, position = _mean(agreed, count)
        known[other.frames] += other.weight[:, 0]
    rotation, position = _smooth(agreed, rotation, position, footage)
    distance = float(np.median([np.linalg.norm(seen.root, axis=1).mean() for seen in people if seen.root is not None]))
    turn, move = angle_between(rotation[:1], rotation), np.linalg.norm(position - position[0], axis=1)
    if np.quantile(turn, _MOSTLY) < _STILL_TURN and np.quantile(move, _MOSTLY) < _STILL_MOVE + _STILL_SHARE * distance:
        return still_camera(fov)
    back = quat_conjugate(rotation[:1])
    return Camera(fov, make_continuous(quat_multiply(back, rotation)), quat_rotate(back, position - position[0]))


def _estimates(seen: Observations, scale: float) -> _Estimates:
    """Camera to world R = R_w R_c^T, by the two orientations of one person (TRACE, section 3.3)."""
    assert seen.rotations is not None and seen.root is not None
    assert seen.world_rotation is not None and seen.world_root is not None
    use = finite(seen) & np.isfinite(seen.world_rotation).all(axis=1) & np.isfinite(seen.world_root).all(axis=1)
    back = quat_conjugate(seen.rotations[use, 0].astype(np.float64))
    rotation = quat_multiply(seen.world_rotation[use].astype(np.float64), back)
    root, in_camera = (np.array(points[use], np.float64) for points in (seen.world_root, seen.root))
    weight = np.ones((len(rotation), 1))
    if len(rotation):  # the person's world is where the camera was then
        rotation[0], root[0], weight[0] = _IDENTITY, in_camera[0], _CERTAIN
    frames = seen.frame_index[use].astype(np.intp)
    return _Estimates(frames, make_continuous(rotation), root * scale, in_camera * scale, weight)


def _on_every_frame(frames: Array, rotation: Array, position: Array, count: int) -> tuple[Array, Array]:
    """Rotation (count, 4) and position (count, 3) in every frame: interpolated, held at the ends."""
    values = np.concatenate([make_continuous(rotation), position], axis=1)
    spread = np.stack([np.interp(np.arange(count), frames, column) for column in values.T], axis=1)
    return normalize(spread[:, :4]), spread[:, 4:]


def _aligned(estimates: _Estimates, rotation: Array, position: Array, known: Array) -> _Estimates:
    """The estimates in the world of a path: by the frames that both know, else by the camera of their own first frame.

    Args:
        known: (T,) weight of the path in each frame, 0 where it is not known.
    """
    shared = known[estimates.frames] > 0
    if not shared.any():
        shared[0] = True
    frames = estimates.frames[shared]
    weights = estimates.weight[shared, 0] * np.maximum(known[frames], _FAINT)
    turn = _robust_rotation(quat_multiply(rotation[frames], quat_conjugate(estimates.rotation[shared])), weights)
    turned = quat_multiply(turn, estimates.rotation)
    root = quat_rotate(turn, estimates.root)
    seen_from = quat_rotate(turned[shared], estimates.in_camera[shared])
    shift = _robust_point(position[frames] - root[shared] + seen_from, weights)
    return replace(estimates, rotation=turned, root=root + shift, weight=np.ones_like(estimates.weight))


def _robust_rotation(rotations: Array, weights: Array) -> Array:
    """Weighted mean of rotations (n, 4), far ones counting little, (4,): Markley et al. 2007."""
    mean, robust = rotations[0], weights
    for _ in range(_ROUNDS):
        mean = np.linalg.eigh(np.einsum("n,ni,nj->ij", robust, rotations, rotations))[1][:, -1]
        robust = weights / (1 + (angle_between(mean, rotations) / _TURN_ERROR) ** 2)
    return np.asarray(mean)


def _robust_point(points: Array, weights: Array) -> Array:
    """Weighted mean of points (n, 3), far ones counting little, (3,)."""
    mean, robust = points[0], weights
    for _ in range(_ROUNDS):
        mean = (points * robust[:, None]).sum(axis=0) / robust.sum()
        robust = weights / (1 + (np.linalg.norm(points - mean, axis=1) / _MOVE_ERROR) ** 2)
    return np.asarray(mean)


def _mean(estimates: Sequence[_Estimates], count: int) -> tuple[Array, Array]:
    """Mean path over the people of each frame, interpolated where nobody is seen."""
    turns, positions, weight = np.zeros((count, 4)), np.zeros((count, 3)), np.zeros((count, 1))
    for each in estimates:
        turns[each.frames] += each.rotation * side_of(each.rotation, turns[each.frames]) * each.weight
        positions[each.frames] += each.position(each.rotation) * each.weight
        weight[each.frames] += each.weight
    frames = np.flatnonzero(weight)
    return _on_every_frame(frames, normalize(turns[frames]), positions[frames] / weight[frames], count)


def _smooth(
    estimates: Sequence[_Estimates], rotation: Array, position: Array, footage: FootageInfo
) -> tuple[Array, Array]:
    """The path (T, 4), (T, 3), shot by shot; estimates far from it lose their weight as it gets better."""
    count = len(footage.times)
    interval = frame_interval(footage.times, 1.0)
    shots = [slice(start, stop) for start, stop in pairwise((0, *footage.cuts, count))]

    def smoothed(path: Array, values: Sequence[Array], errors: Sequence[Array], width: float) -> Array:
        """The path (T, n) by the values (m, n) of each estimate; `errors` (m, 1) in usual errors."""
        total, weight = path * _FAINT, np.full((count, 1), _FAINT)
        for each, value, error in zip(estimates, values, errors, strict=True):
            robust = each.weight / (1 + error**2)
            total[each.frames] += value * robust
            weight[each.frames] += robust
        mean = total / weight
        return np.concatenate([local_quadratic(mean[shot], width / interval, weight[shot]) for shot in shots])

    for _ in range(_ROUNDS):
        near = [rotation[each.frames] for each in estimates]
        values = [each.rotation * side_of(each.rotation, path) for each, path in zip(estimates, near, strict=True)]
        errors = [angle_between(*pair)[:, None] / _TURN_ERROR for pair in zip(near, values, strict=True)]
        rotation = make_continuous(normalize(smoothed(rotation, values, errors, _TURN_S)))
    # By the path's rotation: the person's own would swing the camera at the end of a long lever.
    values = [each.position(rotation[each.frames]) for each in estimates]
    for _ in range(_ROUNDS):
        steps: list[Array] = [position[each.frames] - point for each, point in zip(estimates, values, strict=True)]
        errors = [np.linalg.norm(step, axis=1, keepdims=True) / _MOVE_ERROR for step in steps]
        position = smoothed(position, values, errors, _MOVE_S)
    return rotation, position
