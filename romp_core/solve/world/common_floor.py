"""People of one scene on one floor at height zero: where standing feet are, not where somebody is lowest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...take.resample import frame_interval
from ...take.take import Camera, FootageInfo, Motion
from ...typing import Array
from ..contacts.legs import LegTracks
from ..contacts.soles import lowest_soles
from ..motion_transforms import moved, stretches
from .floor import onto_floor, touches

_PLACEMENT_ERROR = 0.5
"""Meters by which a person's depth errs altogether when the size is wrong."""
_STANDS_S = 0.5
"""A person who stands for less time than this does not show where the floor is."""


@dataclass(frozen=True)
class OnFloor:
    """The camera, and the people's motions and legs in its world, whose floor is at height zero.

    Attributes:
        shifts: per person (m, 3), by how much it was moved along the line of sight onto the common floor.
    """

    camera: Camera
    motions: list[Motion]
    legs: list[LegTracks]
    shifts: list[Array]


def touch_heights(motion: Motion, legs: LegTracks, footage: FootageInfo) -> Array:
    """Height (m,) at which a person last and next touches ground; 0 in gaps."""
    soles = lowest_soles(legs, motion.rest_joints).min(axis=1)
    result = np.zeros(len(soles))
    for part in stretches(motion, footage):
        result[part] = touches(soles[part], frame_interval(footage.times[motion.frame_index[part]]))
    return result


def onto_common_floor(
    camera: Camera,
    motions: Sequence[Motion],
    legs: Sequence[LegTracks],
    grounded: Sequence[bool],
    footage: FootageInfo,
) -> OnFloor:
    """Bring people of one level world onto one floor; its origin lies below the first person's first pose.

    Where sizes and floor agree with each other, nobody is moved against the camera. Where the user's heights or tilt
    contradict them, whoever is above or below the floor is moved along the line of sight.

    Args:
        motions: with the contacts known. grounded: people who are known to stand on the common floor.
    """
    floors, weights = np.zeros(len(motions)), np.zeros(len(motions))
    for index, (motion, leg) in enumerate(zip(motions, legs, strict=True)):
        floors[index], weights[index] = _floor_of(motion, leg, footage)
    stands = np.array(grounded, bool) & (weights >= _STANDS_S)
    counted = np.where(stands if stands.any() else np.ones_like(stands), np.maximum(weights, 1e-3), 0.0)
    height = -_weighted_median(floors, counted) if len(motions) else 0.0
    shifts = [
        onto_floor(
            np.full(len(motion.root), (floor + height) * on), motion.root, camera.at(motion.frame_index)[1],
            _PLACEMENT_ERROR,
        )
        for motion, floor, on in zip(motions, floors, stands, strict=True)
    ]  # fmt: skip
    start = motions[0].root[0, :2] + shifts[0][0, :2] if motions else np.zeros(2)
    origin = np.array([-start[0], -start[1], height])
    offsets = [shift + origin for shift in shifts]
    return OnFloor(
        replace(camera, position=camera.position + origin),
        [moved(motion, offset) for motion, offset in zip(motions, offsets, strict=True)],
        [leg.moved(offset) for leg, offset in zip(legs, offsets, strict=True)],
        shifts,
    )


def _floor_of(motion: Motion, legs: LegTracks, footage: FootageInfo) -> tuple[float, float]:
    """Height of the floor below a person, and for how many seconds the feet show it."""
    soles = lowest_soles(legs, motion.rest_joints)
    standing = soles[motion.contacts & motion.valid[:, None]]
    if not len(standing):
        return float(np.median(touch_heights(motion, legs, footage)[motion.valid])), 0.0
    return float(np.median(standing)), len(standing) * frame_interval(footage.times[motion.frame_index])


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
