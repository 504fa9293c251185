"""Who is hidden behind somebody: a person who is not seen for a while, on whose way others are seen meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..take.observations import Observations
from ..typing import Array

_COVERED = 1 / 3
"""Share of the keypoints in somebody else's box above which a person counts as hidden."""
_SPEED, _SLACK = 1.5, 0.5
"""Body heights per second, and more at once, that a hidden person may have moved: others were taken for them."""


def hidden_frames(people: Sequence[Observations], times: Array) -> list[Array]:
    """(T,) bool of each person: frames in which they are not seen, but seen before and after, and others cover the way.

    Args:
        people: everybody who was captured. times: (T,) seconds of the frames.
    """
    boxes = [_boxes(observations, len(times)) for observations in people]
    return [
        _hidden(observations, times, boxes[:index] + boxes[index + 1 :]) for index, observations in enumerate(people)
    ]


def _boxes(observations: Observations, count: int) -> Array:
    """(T, 2, 2) least and greatest pixel of a person in each frame, not a number where not seen."""
    boxes = np.full((count, 2, 2), np.nan)
    points = observations.keypoints2d
    boxes[observations.frame_index] = np.stack([points.min(axis=1), points.max(axis=1)], axis=1)
    return boxes


def _hidden(observations: Observations, times: Array, others: Sequence[Array]) -> Array:
    hidden = np.zeros(len(times), bool)
    frames, points = observations.frame_index, observations.keypoints2d
    for row in np.flatnonzero(np.diff(frames) > 1):
        between = np.arange(frames[row] + 1, frames[row + 1])
        first, last = times[frames[row]], times[frames[row + 1]]
        ends = points[[row, row + 1]]
        way = np.linalg.norm(np.diff(ends.mean(axis=1), axis=0))
        if way > (_SLACK + _SPEED * (last - first)) * np.ptp(ends[..., 1], axis=1).max():
            continue
        share = ((times[between] - first) / (last - first))[:, None, None]
        expected = ends[0] * (1 - share) + ends[1] * share  # (n, K, 2)
        covered = np.zeros(expected.shape[:2], bool)
        for boxes in others:
            low, high = boxes[between, None, 0], boxes[between, None, 1]
            covered |= ((expected >= low) & (expected <= high)).all(axis=-1)
        hidden[between] = covered.mean(axis=1) >= _COVERED
    return hidden
