"""The focal length, where people on one floor show it.

Sizes of people and footholds show the horizon, whatever the focal length; how steeply bodies are seen from above, and
how upright people in different parts of the image lean against each other, shows the angle that it belongs to (Lv, Zhao
& Nevatia 2006). Seldom do ordinary clips show that well, so the estimate says how far to trust it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...geometry.projection import focal_from_fov, fov_from_focal
from ...geometry.rotations import normalize, quat_from_rotvec, quat_rotate
from ...typing import Array
from .floor_and_sizes import Standing, find_ground

_RATIOS = np.exp(np.linspace(np.log(0.45), np.log(2.2), 9))
"""Focal lengths that are tried, against the assumed one."""
_USUAL = 0.3
"""Standard deviation of the logarithm of usual focal lengths about the assumed one: 36 to 68 degrees for 50."""
_CONFIDENT = 0.06
"""Standard deviation of the logarithm up to which an estimate is used: twice that is 12 %."""


@dataclass(frozen=True)
class FocalLength:
    """An estimate of the focal length.

    Attributes:
        ratio: to the focal length that was assumed. error: standard deviation of its logarithm.
    """

    ratio: float
    error: float

    @property
    def confident(self) -> bool:
        """Good enough to be used."""
        return self.error <= _CONFIDENT

    def of(self, assumed_fov: float, width_px: float) -> float:
        """The field of view, radians, where another one was assumed."""
        return fov_from_focal(focal_from_fov(assumed_fov, width_px) * self.ratio, width_px)


def find_focal_length(straight: Array, people: Sequence[Standing]) -> FocalLength:
    """The focal length by all evidence of people who were solved with another one.

    Args:
        straight: (3,) the way people stand, see `standing_direction`.
    """
    costs = np.array([_cost(straight, people, ratio) for ratio in _RATIOS])
    logs = np.log(_RATIOS)
    costs += (logs / _USUAL) ** 2 / 2
    weights = np.exp(costs.min() - costs)
    weights /= weights.sum()
    mean = float(weights @ logs)
    spacing = float(logs[1] - logs[0])
    return FocalLength(float(np.exp(mean)), float(np.sqrt(weights @ (logs - mean) ** 2 + spacing**2 / 12)))


def _cost(straight: Array, people: Sequence[Standing], ratio: float) -> float:
    """Negative logarithm of the likelihood, the same image seen with another focal length."""
    stretch = np.array([1.0, 1.0, ratio])
    middle = normalize(np.sum([each.ray for each in people], axis=0))
    seen = [
        replace(
            each,
            points=each.points * stretch,
            axis=None if each.axis is None else _turned(each.axis, each.ray, stretch),
            ray=normalize(each.ray * stretch),
        )
        for each in people
    ]
    return find_ground(_turned(straight, middle, stretch), seen).cost


def _turned(direction: Array, ray: Array, stretch: Array) -> Array:
    """A direction that keeps its angles to the ray in which it is seen."""
    new = normalize(ray * stretch)
    axis = np.cross(ray, new)
    sine = np.linalg.norm(axis)
    return np.asarray(quat_rotate(quat_from_rotvec(normalize(axis) * np.arctan2(sine, ray @ new)), direction))
