"""Fewer keys, with a bound on what the pose may change by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..geometry.rotations import angle_between
from ..typing import Array
from .pose import RigPose, pose_from_keys
from .rig import Rig

_ATTEMPTS = 12
_NEXT = 1.01
_SAFE = 0.98
"""Keys are kept in single precision."""


@dataclass(frozen=True)
class Curves:
    """What is keyed of a bone's rotation.

    Attributes:
        values: (n, k), continuous. turns: values (n, k), interpolated ones as well -> quaternions wxyz (n, 4).
    """

    values: Array
    turns: Callable[[Array], Array]


@dataclass(frozen=True)
class Reduced:
    """Keys of a rig, fewer than frames.

    Attributes:
        rotations, locations: bone -> rows (k,) of the frames that keep their key; between them, values are linear.
        error_mm, error_deg: the largest differences from the whole motion, of positions and of world rotations.
    """

    rotations: Mapping[str, Array]
    locations: Mapping[str, Array]
    error_mm: float
    error_deg: float


def reduce_keys(
    rig: Rig, pose: RigPose, curves: Mapping[str, Curves], frames: Array, bound_mm: float, bound_deg: float
) -> Reduced:
    """Leave out keys as long as no bone's head moves by more than a bound, and none turns by more than another.

    The errors are those of the posed rig, so they include what adds up along the chain, and what becomes of values
    between keys in the rotation mode of a bone. Each curve is thinned by the method of Ramer (1972) and Douglas and
    Peucker (1973), and more finely until the whole rig is within the bounds.

    Args:
        curves: of each bone with a rotation in the pose.
        frames: (n,) of the scene; before and after a gap between them, keys stay.
    """
    gaps = np.flatnonzero(np.diff(frames) > _NEXT)
    ends = np.unique(np.r_[0, gaps, gaps + 1, len(frames) - 1])
    share = 0.5
    for _ in range(_ATTEMPTS):
        turn = np.radians(bound_deg) * share / 2  # half an angle is a length of a quaternion
        reach = bound_mm / 1000 * share
        rotations = {bone: _kept(curves[bone].values, ends, turn) for bone in pose.rotations}
        locations = {bone: _kept(values, ends, reach) for bone, values in pose.locations.items()}
        reduced = _errors(rig, pose, curves, rotations, locations)
        if reduced.error_mm <= bound_mm * _SAFE and reduced.error_deg <= bound_deg * _SAFE:
            return reduced
        share *= 0.6
    every = np.arange(len(frames))
    return _errors(rig, pose, curves, dict.fromkeys(pose.rotations, every), dict.fromkeys(pose.locations, every))


def _errors(
    rig: Rig,
    pose: RigPose,
    curves: Mapping[str, Curves],
    rotations: dict[str, Array],
    locations: dict[str, Array],
) -> Reduced:
    """How far the rig is from its pose with keys in these rows only."""
    again = pose_from_keys(
        rig,
        {bone: curves[bone].turns(_filled(curves[bone].values, rows)) for bone, rows in rotations.items()},
        {bone: _filled(pose.locations[bone], rows) for bone, rows in locations.items()},
    )
    moved = max(float(np.linalg.norm(again.heads[bone] - heads, axis=-1).max()) for bone, heads in pose.heads.items())
    turned = max(float(angle_between(again.orientations[bone], pose.orientations[bone]).max()) for bone in rotations)
    return Reduced(rotations, locations, moved * 1000, float(np.degrees(turned)))


def _filled(values: Array, rows: Array) -> Array:
    """Linear interpolation (n, d) of the values of some rows."""
    frames = np.arange(len(values))
    return np.stack([np.interp(frames, rows, column[rows]) for column in values.T], axis=1)


def _kept(values: Array, ends: Array, tolerance: float) -> Array:
    """Rows (k,) of a curve (n, d) that describe it to within a tolerance, the ends of its parts among them."""
    keep = np.zeros(len(values), dtype=bool)
    keep[ends] = True
    spans = [(int(first), int(last)) for first, last in pairwise(ends)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        share = np.arange(1, last - first)[:, None] / (last - first)
        line = values[first] * (1 - share) + values[last] * share
        off = np.linalg.norm(values[first + 1 : last] - line, axis=1)
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return np.flatnonzero(keep)
