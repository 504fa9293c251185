"""Where a motion is known least: the moments that somebody who checks it looks at first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.skeleton import JOINTS
from ..take.take import Motion
from ..typing import Array

_AROUND_S = 0.1
"""A single frame in which a joint was not seen is no moment: confidences count as means over this time either way."""
_APART_S = 1.0
_NAMED = 3
_HANDS = ("left_fingers", "right_fingers")
_IN_VIEW = 0.5


@dataclass(frozen=True)
class WeakSpot:
    """A moment of a motion.

    Attributes:
        row: of the motion. confidence: 0 to 1, mean of all joints, and of hands and face as far as they are seen.
        joints: names of those known least, the least first; also "left_fingers", "right_fingers" and "face".
    """

    row: int
    confidence: float
    joints: tuple[str, ...]


def weak_spots(motion: Motion, times: Array, most: int = 5) -> list[WeakSpot]:
    """The moments of a motion with the least confidence, the least first, each a second or more from the others.

    Args:
        times: (m,) seconds of the motion's rows, increasing. most: number of moments.

    Returns:
        none for motions of takes that do not say how well joints are known.
    """
    if len(motion.confidence) == 0:
        return []
    names, calm = _all_parts(motion, times)
    overall = np.nanmean(calm, axis=1)
    spots: list[WeakSpot] = []
    free = np.ones(len(times), dtype=bool)
    while free.any() and len(spots) < most:
        row = int(np.flatnonzero(free)[np.argmin(overall[free])])
        least = np.argsort(calm[row], kind="stable")[:_NAMED]
        spots.append(WeakSpot(row, float(overall[row]), tuple(names[part] for part in least)))
        free &= np.abs(times - times[row]) >= _APART_S
    return spots


def _all_parts(motion: Motion, times: Array) -> tuple[tuple[str, ...], Array]:
    """Names of joints and of what was captured besides, and their calm confidences (m, C).

    A hand that is relaxed, or a face, has none there: most often it is simply not in view.
    """
    names: tuple[str, ...] = JOINTS
    values = [_means(motion.confidence, times)]
    beside: list[tuple[tuple[str, ...], Array]] = [(_HANDS, motion.hand_confidence)] if motion.has_fingers else []
    beside += [(("face",), motion.face_confidence[:, None])] if motion.has_face else []
    for parts, seen in beside:
        share = _means((seen > 0).astype(np.float64), times)
        mean = _means(seen, times) / np.maximum(share, 1e-9)
        names, values = (*names, *parts), [*values, np.where(share > _IN_VIEW, mean, np.nan)]
    return names, np.concatenate(values, axis=1)


def _means(confidence: Array, times: Array) -> Array:
    """Means (m, 24) over the rows around each, by their times."""
    sums = np.concatenate([np.zeros((1, confidence.shape[1])), np.cumsum(confidence, axis=0, dtype=np.float64)])
    first = np.searchsorted(times, times - _AROUND_S, side="left")
    last = np.searchsorted(times, times + _AROUND_S, side="right")
    return np.asarray((sums[last] - sums[first]) / (last - first)[:, None])
