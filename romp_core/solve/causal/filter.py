"""Smoothing of a person who is seen live: prompt in fast motion, calm at rest, by the true times."""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import angle_between, slerp
from ...tracking.one_euro import OneEuro, OneEuroRotations
from ...typing import Array

_ROTATION_HZ, _ROTATION_BETA = 6.0, 1.5
_SIDEWAYS_HZ, _SIDEWAYS_BETA = 6.0, 4.0
_DEPTH_HZ, _DEPTH_BETA = 1.0, 1.0
"""Cutoffs at rest, and Hz more per unit per second: radians, and shares of the depth. Depth is mostly noise."""
_FASTEST = np.radians(1000.0)
"""Radians per second: no joint of a person turns faster; what leaps further is a doubt of the network."""


class CausalFilter:
    """Smooths joint rotations and root of one person in camera space.

    Args:
        strength: 1 as usual, 0 not at all; cutoffs are divided by it.
    """

    def __init__(self, strength: float) -> None:
        self._on = strength > 0
        by = 1 / strength if strength > 0 else 1.0
        self._turning = OneEuroRotations(_ROTATION_HZ * by, _ROTATION_BETA * by)
        self._sideways = OneEuro(_SIDEWAYS_HZ * by, _SIDEWAYS_BETA * by)
        self._last: Array | None = None
        self._depth = OneEuro(_DEPTH_HZ * by, _DEPTH_BETA * by)

    def smooth(self, rotations: Array, root: Array, elapsed: float) -> tuple[Array, Array]:
        """The smoothed pose.

        Args:
            rotations: (24, 4) wxyz; root: (3,) in front of the camera, meters; elapsed: seconds since the last pose.
        """
        if not self._on:
            return rotations, root
        depth = max(float(root[2]), 1e-2)
        direction = self._sideways.update(root[:2] / depth, elapsed)  # the image shows it sharply
        depth = float(np.exp(self._depth.update(np.log(depth), elapsed)))
        turned = self._turning.update(rotations, elapsed)
        if self._last is not None:
            angle = angle_between(self._last, turned)
            turned = slerp(self._last, turned, np.minimum(_FASTEST * elapsed / np.maximum(angle, 1e-6), 1.0))
        self._last = turned
        return turned, np.array([*(direction * depth), depth])
