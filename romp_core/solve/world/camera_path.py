"""The way of a moving camera, from people whose poses are known both in its view and in a world that stands still.

Each person's world is where the camera was when the person appeared, so the worlds are first brought to agree. Then
every row has as many opinions about the camera as there are people; the path is their robust mean, smoothed.
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
from ...take.take import Camera, FootageInfo
from ...typing import Array
from ..filters import local_quadratic
from ..segments import finite

_TURN_S, _MOVE_S = 0.4, 0.4
"""Widths of the smoothing of the camera's rotation and of its place, seconds."""
_TURN_ERROR, _MOVE_ERROR = np.radians(3.0), 0.08
"""Usual errors of one opinion: what is several times as far off counts little."""
_STILL_TURN, _STILL_MOVE = np.radians(2.0), 0.1
"""A path that mostly stays within this, and a share of the distance to the people, is that of a camera that stands."""
_STILL_SHARE = 0.02
_MOSTLY = 0.9
_ROUNDS = 4
_HERE = np.array([1.0, 0.0, 0.0, 0.0])
_CERTAIN = 30.0
"""Trust in the first row of a person, in ordinary rows."""
_FAINT = 1e-3
"""Trust in rows in which nobody is seen: what was interpolated over them."""


@dataclass(frozen=True)
class _Opinion:
    """One person's word on the camera.

    Attributes:
        rows: (n,); rotation: (n, 4) camera to world; root: (n, 3) the person in the world; seen: (n, 3) the same in
            camera space; trust: (n, 1) how far each row is believed.
    """

    rows: Array
    rotation: Array
    root: Array
    seen: Array
    trust: Array

    def place(self, rotation: Array) -> Array:
        """Where (n, 3) the camera is, if it is turned like this (n, 4)."""
        return self.root - quat_rotate(rotation, self.seen)


def still_camera(fov: float) -> Camera:
    """A camera that does not move, in its own space."""
    return Camera(fov, _HERE[None], np.zeros((1, 3)))


def camera_path(people: Sequence[Observations], scales: Sequence[float], fov: float, footage: FootageInfo) -> Camera:
    """Path of the camera in the space of the first picture's camera; still when nobody tells of a motion.

    Args:
        people: raw observations of each person. scales: meters of the solve per meter of the model, per person.
        fov: horizontal field of view, radians.

    Returns:
        camera with one rotation and position per row of the footage, or a single one.
    """
    opinions = [
        _opinion(seen, scale) for seen, scale in zip(people, scales, strict=True) if seen.world_rotation is not None
    ]
    opinions = sorted((each for each in opinions if len(each.rows)), key=lambda each: -len(each.rows))
    if not opinions:
        return still_camera(fov)
    count = len(footage.times)
    rotation, place = _mean(opinions[:1], count)
    known = np.zeros(count)
    known[opinions[0].rows] = opinions[0].trust[:, 0]
    agreed = [opinions[0]]
    for other in opinions[1:]:
        other = _brought_to(other, rotation, place, known)
        agreed.append(other)
        rotation, place = _mean(agreed, count)
        known[other.rows] += other.trust[:, 0]
    rotation, place = _smooth(agreed, rotation, place, footage)
    distance = float(np.median([np.linalg.norm(seen.root, axis=1).mean() for seen in people if seen.root is not None]))
    turn, move = angle_between(rotation[:1], rotation), np.linalg.norm(place - place[0], axis=1)
    if np.quantile(turn, _MOSTLY) < _STILL_TURN and np.quantile(move, _MOSTLY) < _STILL_MOVE + _STILL_SHARE * distance:
        return still_camera(fov)
    back = quat_conjugate(rotation[:1])
    return Camera(fov, make_continuous(quat_multiply(back, rotation)), quat_rotate(back, place - place[0]))


def _opinion(seen: Observations, scale: float) -> _Opinion:
    """Camera to world R = R_w R_c^T, by the two orientations of one person (TRACE, section 3.3)."""
    assert seen.rotations is not None and seen.root is not None
    assert seen.world_rotation is not None and seen.world_root is not None
    use = finite(seen) & np.isfinite(seen.world_rotation).all(axis=1) & np.isfinite(seen.world_root).all(axis=1)
    back = quat_conjugate(seen.rotations[use, 0].astype(np.float64))
    rotation = quat_multiply(seen.world_rotation[use].astype(np.float64), back)
    root, view = (np.array(points[use], np.float64) for points in (seen.world_root, seen.root))
    trust = np.ones((len(rotation), 1))
    if len(rotation):
        rotation[0], root[0], trust[0] = _HERE, view[0], _CERTAIN  # the person's world is where the camera was then
    return _Opinion(seen.frame_index[use].astype(np.intp), make_continuous(rotation), root * scale, view * scale, trust)


def _spread(rows: Array, rotation: Array, place: Array, count: int) -> tuple[Array, Array]:
    """Rotation (count, 4) and place (count, 3) on every row: interpolated, held at the ends."""
    values = np.concatenate([make_continuous(rotation), place], axis=1)
    spread = np.stack([np.interp(np.arange(count), rows, column) for column in values.T], axis=1)
    return normalize(spread[:, :4]), spread[:, 4:]


def _brought_to(opinion: _Opinion, rotation: Array, place: Array, known: Array) -> _Opinion:
    """The opinion in the world of a path: by the rows that both know, else by the camera of its own first row.

    Args:
        known: (T,) how far the path is believed on each row, 0 where it is not known.
    """
    shared = known[opinion.rows] > 0
    if not shared.any():
        shared[0] = True
    rows = opinion.rows[shared]
    weights = opinion.trust[shared, 0] * np.maximum(known[rows], _FAINT)
    turn = _robust_rotation(quat_multiply(rotation[rows], quat_conjugate(opinion.rotation[shared])), weights)
    turned = quat_multiply(turn, opinion.rotation)
    root = quat_rotate(turn, opinion.root)
    shift = _robust_point(place[rows] - root[shared] + quat_rotate(turned[shared], opinion.seen[shared]), weights)
    return replace(opinion, rotation=turned, root=root + shift, trust=np.ones_like(opinion.trust))


def _robust_rotation(rotations: Array, trust: Array) -> Array:
    """Weighted mean of rotations (n, 4), far ones counting little, (4,): Markley et al. 2007."""
    mean, weights = rotations[0], trust
    for _ in range(_ROUNDS):
        mean = np.linalg.eigh(np.einsum("n,ni,nj->ij", weights, rotations, rotations))[1][:, -1]
        weights = trust / (1 + (angle_between(mean, rotations) / _TURN_ERROR) ** 2)
    return np.asarray(mean)


def _robust_point(points: Array, trust: Array) -> Array:
    """Weighted mean of points (n, 3), far ones counting little, (3,)."""
    mean, weights = points[0], trust
    for _ in range(_ROUNDS):
        mean = (points * weights[:, None]).sum(axis=0) / weights.sum()
        weights = trust / (1 + (np.linalg.norm(points - mean, axis=1) / _MOVE_ERROR) ** 2)
    return np.asarray(mean)


def _mean(opinions: Sequence[_Opinion], count: int) -> tuple[Array, Array]:
    """Mean path over the people of each row, interpolated where nobody is seen."""
    turns, places, trust = np.zeros((count, 4)), np.zeros((count, 3)), np.zeros((count, 1))
    for each in opinions:
        turns[each.rows] += each.rotation * side_of(each.rotation, turns[each.rows]) * each.trust
        places[each.rows] += each.place(each.rotation) * each.trust
        trust[each.rows] += each.trust
    rows = np.flatnonzero(trust)
    return _spread(rows, normalize(turns[rows]), places[rows] / trust[rows], count)


def _smooth(opinions: Sequence[_Opinion], rotation: Array, place: Array, footage: FootageInfo) -> tuple[Array, Array]:
    """The path (T, 4), (T, 3), shot by shot; opinions far from it lose their weight as it gets better."""
    count = len(footage.times)
    interval = max(float(np.median(np.diff(footage.times))), 1e-3) if count > 1 else 1.0
    shots = [slice(start, stop) for start, stop in pairwise((0, *footage.cuts, count))]

    def calmed(path: Array, said: Sequence[Array], away: Sequence[Array], width: float) -> Array:
        """The path (T, n) by what each opinion says (m, n); `away` (m, 1) in usual errors."""
        total, trust = path * _FAINT, np.full((count, 1), _FAINT)
        for each, value, distance in zip(opinions, said, away, strict=True):
            believed = each.trust / (1 + distance**2)
            total[each.rows] += value * believed
            trust[each.rows] += believed
        mean = total / trust
        return np.concatenate([local_quadratic(mean[shot], width / interval, trust[shot]) for shot in shots])

    for _ in range(_ROUNDS):
        near = [rotation[each.rows] for each in opinions]
        said = [each.rotation * side_of(each.rotation, path) for each, path in zip(opinions, near, strict=True)]
        away = [angle_between(*pair)[:, None] / _TURN_ERROR for pair in zip(near, said, strict=True)]
        rotation = make_continuous(normalize(calmed(rotation, said, away, _TURN_S)))
    # By the path's rotation: the person's own would swing the camera at the end of a long lever.
    said = [each.place(rotation[each.rows]) for each in opinions]
    for _ in range(_ROUNDS):
        off: list[Array] = [place[each.rows] - point for each, point in zip(opinions, said, strict=True)]
        away = [np.linalg.norm(step, axis=1, keepdims=True) / _MOVE_ERROR for step in off]
        place = calmed(place, said, away, _MOVE_S)
    return rotation, place
