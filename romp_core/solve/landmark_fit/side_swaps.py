"""Left and right that a landmark model takes for each other for a while: of the legs, as when somebody stands up from
kneeling, of the arms, or of the whole body, whose front it takes for its back, as in a cartwheel.

The limbs then leap to each other's positions, often on both ends of such a stretch. Which frames are swapped is the
likeliest course of a hidden Markov model: limbs move on as they moved, and a model is mostly right.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...take.keypoints import BLAZEPOSE_33
from ...take.observations import Observations
from ...take.resample import frame_interval
from ...take.take import FootageInfo
from ...typing import Array
from .leg_doubt import body_height
from .markers import (
    LEFT_ANKLE,
    LEFT_EAR,
    LEFT_ELBOW,
    LEFT_HEEL,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    LEFT_TOE,
    LEFT_WRIST,
    RIGHT_EAR,
)

_STATES = np.arange(4)
_CHANGES = _STATES[:, None] ^ _STATES
"""What may be swapped: 0 nothing, 1 the legs, 2 the arms, 3 both; and what changes from one to another."""
_LEGS = np.array([LEFT_KNEE, LEFT_ANKLE, LEFT_HEEL, LEFT_TOE])
_ARMS = np.array([LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST])
"""Left landmarks by which swaps are found; the right ones follow them."""
_OTHER_SIDE = np.array(BLAZEPOSE_33.mirror)
_ALL = np.arange(len(BLAZEPOSE_33))
_FACE, _UPPER, _LOWER = slice(0, LEFT_SHOULDER), _ALL[LEFT_SHOULDER:LEFT_HIP], _ALL[LEFT_KNEE:]
_SWAP = 0.1
"""What each change of what is swapped costs, in body heights that both limbs leap at 30 frames a second."""
_SWAPPED = 1.0
"""What a second of swapped limbs costs, likewise: a model sees more than the way that limbs move, and soon recovers."""
_MOST = 0.5
"""Most that a single leap counts."""
_GAP = 3
"""Frames without a person beyond which it is unknown how limbs moved on."""
_CARRY = 0.7
"""Share of a landmark's velocity with which it moves on."""


def with_sides_apart(observations: Observations, footage: FootageInfo) -> Observations:
    """Landmarks with left and right swapped back where the model took them for each other."""
    if observations.has_rotations or not observations.has_pose:
        return observations
    interval = frame_interval(footage.times[observations.frame_index])
    legs, arms = swapped_sides(
        observations.keypoints2d, observations.visibility, np.asarray(observations.frame_index), interval
    )
    if not (legs | arms).any():
        return observations
    whole = legs & arms
    fixed = {name: np.array(getattr(observations, name)) for name in ("keypoints2d", "visibility", "keypoints3d")}
    for values in fixed.values():
        for landmarks, swapped in ((_LOWER, legs & ~whole), (_UPPER, arms & ~whole), (_ALL, whole)):
            values[np.ix_(swapped, landmarks)] = values[np.ix_(swapped, _OTHER_SIDE[landmarks])]
    _turn_faces(fixed["keypoints3d"], whole)
    return replace(observations, **fixed)


def swapped_sides(pixels: Array, visibility: Array, frame_index: Array, interval: float) -> tuple[Array, Array]:
    """(n,) bool each: observations whose left and right legs are taken for each other; and whose arms are.

    Args:
        pixels: (n, K, 2) landmarks; visibility: (n, K); frame_index: (n,) increasing; interval: seconds between frames.
    """
    count = len(pixels)
    if count < 3 or not np.isfinite(pixels).all():
        return np.zeros(count, bool), np.zeros(count, bool)
    points, gaps = pixels.astype(np.float64) / body_height(pixels), np.diff(frame_index)
    legs, arms = (_leaps(points, visibility, left, gaps) for left in (_LEGS, _ARMS))
    leaps = legs[:, _STATES & 1][:, :, _STATES & 1] + arms[:, _STATES >> 1][:, :, _STATES >> 1]  # (n - 2, 4, 4)
    change = _SWAP * max(interval * 30, 1.0) * (_CHANGES > 0)  # limbs also change course between frames far apart
    each = change + _SWAPPED * interval * (_STATES > 0)
    best, came = change, np.empty((count - 2, len(_STATES), len(_STATES)), np.uint8)
    for index, leap in enumerate(leaps):
        totals = best[:, :, None] + leap[_CHANGES[:, :, None], _CHANGES] + each
        came[index] = totals.argmin(axis=0)
        best = totals.min(axis=0)
    before, now = divmod(int(best.argmin()), len(_STATES))
    states = [now, before]
    for choice in came[::-1]:
        before, now = int(choice[before, now]), before
        states.append(before)
    course = np.array(states[::-1])
    return course & 1 > 0, course & 2 > 0


def _leaps(points: Array, visibility: Array, left: Array, gaps: Array) -> Array:
    """How far (n - 2, 2, 2) both limbs leap from where their motion leads, in body heights.

    By whether the limbs are swapped between the first two of three observations, and between the last two.

    Args:
        points: (n, K, 2) landmarks, body heights; left: of the left limb; gaps: (n - 1,) frames between observations.
    """
    limbs = np.stack([points[:, left], points[:, left + 1]], axis=1)
    seen = np.minimum(visibility[:, left], visibility[:, left + 1])
    weight = np.minimum(seen[1:-1], seen[2:]) + 1e-3
    trust = np.minimum(1, 1.5 * weight.mean(axis=1)) * (gaps[1:] <= _GAP)
    moves = (gaps[:-1] <= _GAP) * _CARRY * gaps[1:] / gaps[:-1]
    result = np.empty((len(weight), 2, 2))
    for first in (0, 1):
        for second in (0, 1):
            start = limbs[:-2, ::-1] if first else limbs[:-2]
            end = limbs[2:, ::-1] if second else limbs[2:]
            middle = limbs[1:-1]
            off = end - middle - moves[:, None, None, None] * (middle - start)
            away = (np.linalg.norm(off, axis=-1) * weight[:, None]).sum(axis=2) / weight.sum(axis=1)[:, None]
            result[:, first, second] = np.minimum(away.sum(axis=1) * trust, _MOST)
    return result


def _turn_faces(world: Array, whole: Array) -> None:
    """Turn faces (n, K, 3) to the camera or from it in some observations: front and back were taken for each other.

    Trunk and limbs need no such turn: how far away their landmarks seem does not depend on the side that is seen.
    """
    ears = world[whole][:, [LEFT_EAR, RIGHT_EAR], 2].mean(axis=1, keepdims=True)
    world[whole, _FACE, 2] = 2 * ears - world[whole, _FACE, 2]
