"""What the picture shows of the feet themselves: a toe that stands is seen to, whatever the rest of the leg does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...take.observations import Observations
from ...take.take import FootageInfo
from ...typing import Array
from ..landmark_fit.markers import LEFT_ANKLE, LEFT_TOE, RIGHT_ANKLE, RIGHT_TOE
from ..segments import finite
from ..world.leveling import FEET

_SURE = 0.3
"""Visibility above which a foot counts as seen."""


@dataclass(frozen=True)
class FootSight:
    """Toes in the picture, on consecutive rows of the footage.

    Attributes:
        toes: (m, 2, 2) px, left and right, interpolated where the person is not seen.
        seen: (m, 2) 0..1, 0 where the foot is hidden, outside of the picture, or the person is not found.
    """

    toes: Array
    seen: Array


def foot_sight(observations: Observations, frames: Array, footage: FootageInfo) -> FootSight:
    """The toes of a person on these rows (m,)."""
    usable = finite(observations)
    rows, ankles, toes = (observations.frame_index[usable], [LEFT_ANKLE, RIGHT_ANKLE], [LEFT_TOE, RIGHT_TOE])
    if observations.has_rotations:
        ankles, toes = list(FEET[:2]), list(FEET[2:])
    tracks = observations.keypoints2d[usable][:, toes]
    surest = np.maximum(observations.visibility[usable][:, ankles], observations.visibility[usable][:, toes])
    inside = ((tracks >= 0) & (tracks < [footage.width, footage.height])).all(axis=-1)
    seen = np.zeros((len(frames), 2))
    # A body model has an idea of hidden feet, which moves with the body; landmarks there are anywhere.
    seen[rows - frames[0]] = 1.0 if observations.has_rotations else np.clip(surest / _SURE, 0, 1) * inside
    between = [[np.interp(frames, rows, tracks[:, foot, axis]) for axis in (0, 1)] for foot in (0, 1)]
    return FootSight(np.moveaxis(np.array(between), -1, 0), seen)
