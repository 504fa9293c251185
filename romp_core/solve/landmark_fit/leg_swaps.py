"""Left and right legs that a landmark model takes for each other for a while, as when somebody stands up from kneeling.

The legs then leap to each other's positions, often on both ends of such a stretch. Which frames are swapped is the
likeliest course of a hidden Markov model: legs move on as they moved, and a model is mostly right.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...take.observations import Observations
from ...take.resample import frame_interval
from ...take.take import FootageInfo
from ...typing import Array
from .leg_doubt import body_height
from .markers import LEFT_ANKLE, LEFT_HEEL, LEFT_KNEE, LEFT_TOE

_LEFT = np.array([LEFT_KNEE, LEFT_ANKLE, LEFT_HEEL, LEFT_TOE])
_SWAP = 0.1
"""What each change between right and swapped legs costs, in body heights that both legs leap at 30 frames a second."""
_SWAPPED = 1.0
"""What a second of swapped legs costs, likewise: a model sees more than the way that legs move, and soon recovers."""
_MOST = 0.5
"""Most that a single leap counts."""
_GAP = 3
"""Frames without a person beyond which it is unknown how legs moved on."""
_CARRY = 0.7
"""Share of a landmark's velocity with which it moves on."""


def with_legs_apart(observations: Observations, footage: FootageInfo) -> Observations:
    """Landmarks with the legs swapped back where the model took them for each other."""
    if observations.has_rotations or not observations.has_pose:
        return observations
    interval = frame_interval(footage.times[observations.frame_index])
    swapped = swapped_legs(
        observations.keypoints2d, observations.visibility, np.asarray(observations.frame_index), interval
    )
    if not swapped.any():
        return observations
    fixed = {
        name: _swapped_back(getattr(observations, name), swapped)
        for name in ("keypoints2d", "visibility", "keypoints3d")
    }
    return replace(observations, **fixed)


def swapped_legs(pixels: Array, visibility: Array, frame_index: Array, interval: float) -> Array:
    """(n,) bool: observations whose left and right legs are taken for each other.

    Args:
        pixels: (n, K, 2) landmarks; visibility: (n, K); frame_index: (n,) increasing; interval: seconds between frames.
    """
    if len(pixels) < 3 or not np.isfinite(pixels).all():
        return np.zeros(len(pixels), bool)
    legs = np.stack([pixels[:, _LEFT], pixels[:, _LEFT + 1]], axis=1).astype(np.float64) / body_height(pixels)
    seen = np.minimum(visibility[:, _LEFT], visibility[:, _LEFT + 1])
    keeps = _leaps(legs, seen, np.diff(frame_index))  # (n - 2, 2, 2)
    change = _SWAP * max(interval * 30, 1.0)  # legs also change course between frames that are far apart
    best = {(0, 0): 0.0, (0, 1): change, (1, 0): change, (1, 1): 0.0}
    came: list[dict[tuple[int, int], int]] = []
    for leap in keeps.tolist():
        options = {
            (b, c): [best[a, b] + leap[a ^ b][b ^ c] + change * (b != c) + _SWAPPED * interval * c for a in (0, 1)]
            for b in (0, 1)
            for c in (0, 1)
        }
        came.append({pair: int(costs[1] < costs[0]) for pair, costs in options.items()})
        best = {pair: min(costs) for pair, costs in options.items()}
    before, now = min(best, key=lambda pair: best[pair])
    states = [now, before]
    for choice in reversed(came):
        before, now = choice[before, now], before
        states.append(before)
    return np.array(states[::-1], bool)


def _leaps(legs: Array, seen: Array, gaps: Array) -> Array:
    """How far (n - 2, 2, 2) both legs leap from where their motion leads, in body heights.

    By whether the legs are swapped between the first two of three observations, and between the last two.

    Args:
        legs: (n, 2, 4, 2); seen: (n, 4) 0..1; gaps: (n - 1,) frames between observations.
    """
    weight = np.minimum(seen[1:-1], seen[2:]) + 1e-3
    trust = np.minimum(1, 1.5 * weight.mean(axis=1)) * (gaps[1:] <= _GAP)
    moves = (gaps[:-1] <= _GAP) * _CARRY * gaps[1:] / gaps[:-1]
    result = np.empty((len(weight), 2, 2))
    for first in (0, 1):
        for second in (0, 1):
            start = legs[:-2, ::-1] if first else legs[:-2]
            end = legs[2:, ::-1] if second else legs[2:]
            middle = legs[1:-1]
            off = end - middle - moves[:, None, None, None] * (middle - start)
            away = (np.linalg.norm(off, axis=-1) * weight[:, None]).sum(axis=2) / weight.sum(axis=1)[:, None]
            result[:, first, second] = np.minimum(away.sum(axis=1) * trust, _MOST)
    return result


def _swapped_back(values: Array, swapped: Array) -> Array:
    result = np.array(values)
    left = np.ix_(swapped, _LEFT)
    right = np.ix_(swapped, _LEFT + 1)
    result[left], result[right] = values[right], values[left]
    return result
