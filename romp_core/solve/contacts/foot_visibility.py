"""What the image shows of the feet themselves: a toe that stands is seen to, whatever the rest of the leg does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...take.observations import Observations
from ...take.resample import frame_interval
from ...take.take import FootageInfo
from ...typing import Array
from ..landmark_fit.leg_doubt import body_height, leg_doubt
from ..landmark_fit.markers import LEFT_ANKLE, LEFT_TOE, RIGHT_ANKLE, RIGHT_TOE
from ..segments import finite
from .legs import ANKLES, BALLS

_VISIBLE = 0.3
"""Visibility above which a foot counts as seen."""
_DOUBTED = 3.0
"""Times its doubt by which a foot is taken for less visible."""
_BESIDE, _APART, _LEAST = 0.1, 0.25, 0.05
"""Distances to other people, in body heights, up to which a foot is taken for theirs or drawn to them, and from which
on it is not; and the share of its visibility that is left beside them."""


@dataclass(frozen=True)
class FootVisibility:
    """Toes in the image, in consecutive frames.

    Attributes:
        toes: (m, 2, 2) px, left and right, interpolated where the person is not seen.
        visible: (m, 2) 0..1; 0 where the foot is hidden, outside of the image, or the person is not found.
    """

    toes: Array
    visible: Array


def foot_visibility(
    observations: Observations, others: Sequence[Observations], frame_index: Array, footage: FootageInfo
) -> FootVisibility:
    """The toes of a person in these frames (m,).

    Args:
        others: everybody else in the footage.
    """
    usable = finite(observations)
    at, ankles, toes = (observations.frame_index[usable], [LEFT_ANKLE, RIGHT_ANKLE], [LEFT_TOE, RIGHT_TOE])
    if observations.has_rotations:
        ankles, toes = ANKLES, BALLS
    tracks = observations.keypoints2d[usable][:, toes]
    best = np.maximum(observations.visibility[usable][:, ankles], observations.visibility[usable][:, toes])
    inside = ((tracks >= 0) & (tracks < [footage.width, footage.height])).all(axis=-1)
    visible = np.zeros((len(frame_index), 2))
    # A body model estimates hidden feet, too, and they move with the body; hidden landmarks are anywhere.
    shown = 1.0 if observations.has_rotations else np.clip(best / _VISIBLE, 0, 1) * inside
    if not observations.has_rotations and len(at):
        doubt = leg_doubt(
            observations.keypoints2d[usable], observations.visibility[usable], frame_interval(footage.times[at])
        )
        shown = shown * np.clip(1 - _DOUBTED * doubt, 0, 1) ** 2
        shown *= _apart(tracks, at, others, body_height(observations.keypoints2d[usable]))
    visible[at - frame_index[0]] = shown
    between = [[np.interp(frame_index, at, tracks[:, foot, axis]) for axis in (0, 1)] for foot in (0, 1)]
    return FootVisibility(np.moveaxis(np.array(between), -1, 0), visible)


def _apart(toes: Array, frames: Array, others: Sequence[Observations], height: float) -> Array:
    """Share (n, 2) of what is seen of each foot that is left beside other people.

    Args:
        toes: (n, 2, 2) px in frames (n,); height: of the body, px.
    """
    share = np.ones(toes.shape[:2])
    for other in others:
        usable = finite(other)
        _, mine, theirs = np.intersect1d(frames, other.frame_index[usable], return_indices=True)
        if not len(mine):
            continue
        points = other.keypoints2d[usable][theirs]
        gaps = np.linalg.norm(toes[mine][:, :, None] - points[:, None], axis=-1).min(axis=-1) / height
        free = np.clip((gaps - _BESIDE) / (_APART - _BESIDE), 0, 1)
        share[mine] *= _LEAST + (1 - _LEAST) * free
    return share
