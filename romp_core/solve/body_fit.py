"""Motion in camera space from a body model's own rotations (ROMP, BEV, TRACE): nothing is fitted but the root.

The root is where the person's constant skeleton falls on the joints in the image; of models that know distances in
meters, it is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..geometry.projection import Pinhole, root_from_pixels
from ..geometry.rotations import make_continuous, side_of
from ..geometry.skeleton import N_JOINTS, forward_kinematics
from ..take.observations import Observations
from ..typing import Array
from .heights import estimated_skeleton
from .landmark_fit.markers import skeleton_size
from .segments import Segment

_CHUNK = 512
"""Samples worked on at a time, so that memory does not grow with the take."""


def fit_body_segment(
    segment: Segment, observations: Observations, rest: Array, pinhole: Pinhole, progress: Callable[[float], None]
) -> tuple[Array, Array]:
    """Local rotations (T, 24, 4) with the pelvis in camera space, and root (T, 3), float32, at the sample times.

    Args:
        rest: (24, 3) the person's skeleton.
    """
    if observations.is_metric:
        root = metric_roots(observations, rest, pinhole)[segment.seen]
    else:
        root = np.concatenate([_roots(observations, seen, rest, pinhole) for seen in _chunks(segment.seen)])
    progress(0.3)
    # Between observations the root moves on straight lines in the image, and evenly in the logarithm of its depth.
    depth = np.maximum(root[:, 2:], 1e-2)
    direction, distance = segment.spread(root[:, :2] / depth), np.exp(segment.spread(np.log(depth)))
    rotations = _rotations(segment, observations, lambda share: progress(0.3 + 0.7 * share))
    return rotations, np.concatenate([direction * distance, distance], axis=1).astype(np.float32)


def metric_roots(observations: Observations, rest: Array, pinhole: Pinhole) -> Array:
    """Where a model that knows sizes and distances has people, for another focal length than it estimated.

    x and y stay and the depth is in proportion to the focal length, so that people stay where they are in the image:
    exact, since the model's own depth is. Another size than the model's brings them nearer or farther.

    Args:
        rest: (24, 3) the person's skeleton.

    Returns:
        (n, 3) float64 pelvis in camera space, for all observations.
    """
    assert observations.root is not None and observations.focal is not None and observations.depth_per_focal is not None
    estimated = estimated_skeleton(observations)
    assert estimated is not None
    focal = pinhole.focal_px / (2 * np.max(pinhole.center_px))
    root = observations.root.astype(np.float64)
    root[:, 2] += (focal - observations.focal) * observations.depth_per_focal
    return root * (skeleton_size(rest) / skeleton_size(estimated))


def _chunks(rows: Array) -> Iterator[Array]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _roots(observations: Observations, seen: Array, rest: Array, pinhole: Pinhole) -> Array:
    """Roots (n, 3) that bring the poses of these observations onto their joints in the image."""
    assert observations.rotations is not None
    points, _ = forward_kinematics(observations.rotations[seen], np.zeros(3), rest)
    weights = observations.visibility[seen].astype(np.float64) + 1e-3
    return root_from_pixels(points, observations.keypoints2d[seen].astype(np.float64), weights, pinhole)


def _rotations(segment: Segment, observations: Observations, progress: Callable[[float], None]) -> Array:
    """Rotations (T, 24, 4) float32 at the sample times, in pieces, so that memory does not grow with T."""
    assert observations.rotations is not None
    count = len(segment.sample_times)
    result = np.empty((count, N_JOINTS, 4), np.float32)
    for start in range(0, count, _CHUNK):
        stop = min(start + _CHUNK, count)
        part = segment.part(slice(start, stop))
        rotations = make_continuous(observations.rotations[part.seen].astype(np.float64))
        piece = part.spread(rotations, rotations=True)
        if start:  # the same rotation has two quaternions
            piece = piece * side_of(piece[0], result[start - 1])
        result[start:stop] = piece
        progress(stop / count)
    return result
