"""How far the image of a hand is believed, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...take.observations import Observations
from ...take.take import FootageInfo
from ...typing import Array
from ..absence import ramp

FULL_PX, NOTHING_PX = 40.0, 20.0
"""Size of a hand from which on it is believed fully, and up to which it is not at all: its fingers are not seen."""

_LEAST = 0.05
_SIDE, _PRESENCE, _INSIDE = (0.5, 0.85), (0.6, 0.95), (0.4, 0.7)
"""From nothing to all that a hand is believed: by the probability of its side, by presence, and by the share of its
points in the image. Of a smear the network does not know them."""

BLURRED = 0.2
"""Below this share of the usual sharpness a hand is blurred."""

_OUTSIDE_TRUST = 0.1


@dataclass(frozen=True)
class HandEvidence:
    """One hand of a person in n observed frames.

    Attributes:
        pixels: (n, 21, 2). world: (n, 21, 3) camera axes. weight: (n,) 0..1; trust: (n, 21) of the points.
        size: (n,) pixels, the longer side of the box around the points.
        fade: (n,) 0..1, falling where fingers cannot be seen, because the hand is small or a smear.
    """

    pixels: Array
    world: Array
    weight: Array
    trust: Array
    size: Array
    fade: Array

    def rows(self, rows: Array) -> HandEvidence:
        """Only these frames."""
        return HandEvidence(*(values[rows] for values in vars(self).values()))


def hand_evidence(observations: Observations, side: int, footage: FootageInfo) -> HandEvidence:
    """What was seen of a hand: 0 left, 1 right. `observations` must have hands."""
    parts = (
        observations.hand_points,
        observations.hand_world,
        observations.hand_presence,
        observations.hand_right,
        observations.hand_sharpness,
    )
    points, world, presence, right, sharpness = (np.asarray(part, np.float64)[:, side] for part in parts)
    evidence = clear_evidence(points, world, presence, right if side else 1 - right, (footage.width, footage.height))
    seen = evidence.weight > 0
    if not seen.any():
        return evidence
    blurred = sharpness < BLURRED * np.median(sharpness[seen])
    return replace(evidence, weight=np.where(blurred, evidence.weight / 2, evidence.weight))


def clear_evidence(points: Array, world: Array, presence: Array, fits: Array, size: tuple[int, int]) -> HandEvidence:
    """The evidence of frames that are not blurred.

    Args:
        points: (n, 21, 3). world: (n, 21, 3). presence: (n,). fits: (n,) probability that it is a hand of its side.
        size: width and height of the image.
    """
    pixels = points[..., :2]
    extent = np.ptp(pixels, axis=1).max(axis=-1)
    inside = ((pixels >= 0) & (pixels < size)).all(axis=-1)
    clear = ramp(fits, _SIDE) * ramp(presence, _PRESENCE)
    fade = clear * np.clip((extent - NOTHING_PX) / (FULL_PX - NOTHING_PX), 0, 1)
    weight = presence * np.maximum(fade, _LEAST) * (extent > NOTHING_PX)
    weight *= ramp(inside.mean(axis=1), _INSIDE)
    return HandEvidence(
        pixels, world, weight, np.where(inside, 1.0, _OUTSIDE_TRUST), np.maximum(extent, NOTHING_PX), fade
    )
