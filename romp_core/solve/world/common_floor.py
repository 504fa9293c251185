"""People of one scene on one floor at height zero, and slow errors of their depth corrected by it."""

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
from .floor import above_floor, onto_floor, touches

_DEPTH_ERROR, _PLACEMENT_ERROR = 0.1, 0.5
"""Meters by which a person's depth errs for a while, and by which it errs altogether when the height is wrong."""


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
    camera: Camera, motions: Sequence[Motion], legs: Sequence[LegTracks], footage: FootageInfo
) -> OnFloor:
    """Bring people of one level world onto one floor; its origin lies below the first person's first pose.

    The floor is flat, and it is mostly depth that is wrong: whoever is above or below it is moved along the line of
    sight, first altogether, then slowly over time.
    """
    lengths = np.array([motion.valid.sum() for motion in motions])
    pairs = list(zip(motions, legs, strict=True))
    floors = np.array([np.median(touch_heights(*pair, footage)[pair[0].valid]) for pair in pairs])
    height = _weighted_median(-floors, lengths) if len(motions) else 0.0
    shifts = [
        onto_floor(
            np.full(len(motion.root), floor + height), motion.root, camera.at(motion.frame_index)[1], _PLACEMENT_ERROR
        )
        for motion, floor in zip(motions, floors, strict=True)
    ]
    start = motions[0].root[0, :2] + shifts[0][0, :2] if motions else np.zeros(2)
    origin = np.array([-start[0], -start[1], height])
    camera = replace(camera, position=camera.position + origin)
    placed, placed_legs = [], []
    for (motion, leg), shift in zip(pairs, shifts, strict=True):
        motion, leg = moved(motion, shift + origin), leg.moved(shift + origin)
        heights = above_floor(touch_heights(motion, leg, footage))
        correction = onto_floor(heights, motion.root, camera.at(motion.frame_index)[1], _DEPTH_ERROR)
        placed.append(moved(motion, correction))
        placed_legs.append(leg.moved(correction))
    return OnFloor(camera, placed, placed_legs, shifts)


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
