"""Motion in camera space from a body model's own rotations (ROMP, BEV): smoothing, and the root by the picture.

A body model gives whole poses, so nothing is fitted: rotations are smoothed in SO(3), and the root is placed where the
person's constant skeleton falls on the joints in the picture. Depth, the noisiest number, has a filter of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..bodies.embedded import load_body
from ..geometry.projection import Pinhole
from ..geometry.rotations import angle_between, make_continuous, side_of, slerp
from ..geometry.skeleton import N_JOINTS, forward_kinematics
from ..take.observations import Observations
from ..typing import Array
from .landmark_fit.joint_orientation import place_root
from .landmark_fit.markers import skeleton_size
from .segments import Segment
from .smoothing import BODY_MODEL, reach, smooth_root, smooth_rotations

_GLITCH, _GLITCH_SAMPLES = np.radians(30.0), 2
"""Turn away from the neighbors in time at which an observed rotation is half believed; neighbors on either side."""
_CHUNK = 512
"""Samples worked on at a time, so that memory does not grow with the take."""
_GROWN = 0.85
"""People at least this tall, compared with the tallest, count as adults."""


def stature(rest_joints: Array) -> float:
    """Body height in meters of a rest skeleton (24, 3), by the embedded body's proportions."""
    return skeleton_size(rest_joints) / skeleton_size(load_body().rest_joints(1.0))


def steady_skeleton(observations: Observations) -> Array:
    """The one skeleton (24, 3) of a person: the median over all observations, so that bodies do not pulsate."""
    assert observations.rest_joints is not None
    rest = np.median(observations.rest_joints.astype(np.float64), axis=0)
    return np.asarray(rest - rest[0])


def adult_stature(statures: list[float]) -> float:
    """The median of those who are not much smaller than the tallest: what the user's height is compared with."""
    grown = [each for each in statures if each >= _GROWN * max(statures)]
    return float(np.median(grown))


def body_segment(
    segment: Segment,
    observations: Observations,
    rest: Array,
    optics: Pinhole,
    strength: float,
    progress: Callable[[float], None],
) -> tuple[Array, Array]:
    """Local rotations (T, 24, 4) with the pelvis in camera space, and root (T, 3), float32, at the sample times.

    Args:
        rest: (24, 3) the person's skeleton. strength: of the smoothing; 0 leaves all but outliers to a later
            `smooth_motion`.
    """
    root = np.concatenate([_place(observations, seen, rest, optics) for seen in _chunks(segment.seen)])
    progress(0.3)
    # The root is interpolated as it is smoothed: direction and distance apart.
    distance = segment.spread(np.log(np.maximum(root[:, 2:], 1e-2)))
    direction = segment.spread(root[:, :2] / np.maximum(root[:, 2:], 1e-2))
    root = np.concatenate([direction, np.ones_like(distance)], axis=1) * np.exp(distance)
    if strength > 0:
        root = smooth_root(root, segment.interval / strength, BODY_MODEL)
    rotations = _rotations(segment, observations, strength, lambda share: progress(0.3 + 0.7 * share))
    return rotations, root.astype(np.float32)


def _chunks(rows: Array) -> Iterator[Array]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _place(observations: Observations, seen: Array, rest: Array, optics: Pinhole) -> Array:
    """Roots (n, 3) that bring the poses of these observations onto their joints in the picture."""
    assert observations.rotations is not None
    points, _ = forward_kinematics(observations.rotations[seen], np.zeros(3), rest)
    weights = observations.visibility[seen].astype(np.float64) + 1e-3
    return place_root(points, observations.keypoints2d[seen].astype(np.float64), weights, optics)


def _rotations(
    segment: Segment, observations: Observations, strength: float, progress: Callable[[float], None]
) -> Array:
    """Smoothed rotations (T, 24, 4) float32 at the sample times, in pieces, so that memory does not grow with T."""
    assert observations.rotations is not None
    count = len(segment.sample_times)
    around = reach(segment.interval, strength) + _GLITCH_SAMPLES
    result = np.empty((count, N_JOINTS, 4), np.float32)
    for start in range(0, count, _CHUNK):
        stop = min(start + _CHUNK, count)
        first, last = max(0, start - around), min(count, stop + around)
        part = segment.part(slice(first, last))
        rotations = make_continuous(observations.rotations[part.seen].astype(np.float64))
        rotations = make_continuous(_without_glitches(part.spread(rotations, rotations=True)))
        if strength > 0:
            rotations = smooth_rotations(rotations, segment.interval / strength, BODY_MODEL)
        piece = rotations[start - first : stop - first]
        if start:  # the same rotation has two quaternions
            piece = piece * side_of(piece[0], result[start - 1])
        result[start:stop] = piece
        progress(stop / count)
    return result


def _without_glitches(rotations: Array) -> Array:
    """Rotations (T, J, 4) drawn to the medoid of their neighbors in time where they leap away from it and back.

    In steady motion the medoid is the middle rotation itself, which is thus left as it is (Hampel 1974, for SO(3)).
    """
    count, reach = len(rotations), _GLITCH_SAMPLES
    rows = np.clip(np.arange(count)[:, None] + np.arange(-reach, reach + 1), 0, count - 1)
    nearby = rotations[rows]  # (T, 2 reach + 1, J, 4)
    alike = np.abs(np.einsum("tajq,tbjq->tabj", nearby, nearby)).clip(0, 1)
    medoid = np.arccos(alike).sum(axis=2).argmin(axis=1)  # (T, J)
    medoid = np.take_along_axis(nearby, medoid[:, None, :, None], axis=1)[:, 0]
    away = angle_between(medoid, rotations)
    return slerp(medoid, rotations, 1 / (1 + (away / _GLITCH) ** 4))
