"""People of one scene on one floor at height zero: where standing feet are, not where somebody is lowest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...take.resample import frame_interval
from ...take.take import Camera, FootageInfo, Motion
from ...typing import Array
from ..contacts.gait import on_feet
from ..contacts.legs import LegTracks
from ..contacts.soles import lowest_soles
from ..motion_transforms import moved, scaled, stretches
from .floor import onto_floor, touches

_PLACEMENT_ERROR = 0.5
"""Meters by which a person's depth errs altogether when the size is wrong."""
_STANDS_S = 0.5
"""A person who stands for less time than this does not show where the floor is."""
_LOWEST_CAMERA = 0.2
"""Meters of the camera above the floor below which the floor says nothing about sizes."""
_RESIZED = 1.15
"""Largest factor on a size, either way, by which somebody is brought onto the floor."""


@dataclass(frozen=True)
class OnFloor:
    """The camera, and the people's motions and legs in its world, whose floor is at height zero.

    Attributes:
        scales: per person, the factor on the size that brought it onto the common floor.
        shifts: per person (m, 3), by how much it was moved along the line of sight instead.
    """

    camera: Camera
    motions: list[Motion]
    legs: list[LegTracks]
    scales: list[float]
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
    sized: Sequence[bool],
    footage: FootageInfo,
) -> OnFloor:
    """Bring people of one level world onto one floor; its origin lies below the first person's first pose.

    Whoever is above or below it gets another size, which changes nothing in the image. Where the user gave the size, or
    a tilt that contradicts it, the person is moved along the line of sight.

    Args:
        motions: with the contacts known. grounded: people who are known to stand on the common floor. sized: people
            whose size is an estimate.
    """
    floors, weights = np.zeros(len(motions)), np.zeros(len(motions))
    for index, (motion, leg) in enumerate(zip(motions, legs, strict=True)):
        floors[index], weights[index] = _floor_of(motion, leg, footage)
    stands = np.array(grounded, bool) & (weights >= _STANDS_S)
    given = stands & ~np.array(sized, bool)
    trusted = next((each for each in (given, stands) if each.any()), np.ones_like(stands))
    counted = np.where(trusted, np.maximum(weights, 1e-3), 0.0)
    floor = _weighted_median(floors, counted) if len(motions) else 0.0
    placed, placed_legs, scales, shifts = [], [], [], []
    for index, (motion, leg) in enumerate(zip(motions, legs, strict=True)):
        eye = camera.at(motion.frame_index)[1]
        scale = _scale_onto(floor, floors[index], eye[0, 2]) if stands[index] and sized[index] else 1.0
        above = (floors[index] - eye[0, 2]) * scale + eye[0, 2] - floor if stands[index] else 0.0
        motion, leg = _scaled_about(motion, leg, scale, eye)
        shift = onto_floor(np.full(len(eye), above), motion.root, eye, _PLACEMENT_ERROR)
        placed.append(moved(motion, shift))
        placed_legs.append(leg.moved(shift))
        scales.append(scale)
        shifts.append(shift)
    start = placed[0].root[0, :2] if placed else np.zeros(2)
    origin = np.array([-start[0], -start[1], -floor])
    return OnFloor(
        replace(camera, position=camera.position + origin),
        [moved(motion, origin) for motion in placed],
        [leg.moved(origin) for leg in placed_legs],
        scales,
        shifts,
    )


def _scale_onto(floor: float, sole: float, eye: float) -> float:
    """Factor about the eye at some height that brings soles at a height onto the floor, as far as that is credible."""
    if min(eye - floor, eye - sole) < _LOWEST_CAMERA:
        return 1.0
    return float(np.clip((eye - floor) / (eye - sole), 1 / _RESIZED, _RESIZED))


def _scaled_about(motion: Motion, legs: LegTracks, scale: float, eye: Array) -> tuple[Motion, LegTracks]:
    """A larger or smaller person at the same position in the image; eye: (m, 3)."""
    if scale == 1.0:
        return motion, legs
    offset = eye * (1 - scale)
    return moved(scaled(motion, scale), offset), legs.scaled(scale).moved(offset)


def _floor_of(motion: Motion, legs: LegTracks, footage: FootageInfo) -> tuple[float, float]:
    """Height of the floor below a person, and for how many seconds the feet show it."""
    soles = lowest_soles(legs, motion.rest_joints)
    standing = soles[motion.contacts & (motion.valid & on_feet(legs, motion.rest_joints))[:, None]]
    if not len(standing):
        return float(np.median(touch_heights(motion, legs, footage)[motion.valid])), 0.0
    return float(np.median(standing)), len(standing) * frame_interval(footage.times[motion.frame_index])


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
