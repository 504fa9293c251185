"""Following one person from frame to frame: the next region comes from this frame's landmarks, lightly filtered."""

from __future__ import annotations

import math

import numpy as np

from ...typing import Array
from .landmark_network import HIPS, TOP, Pose
from .region import EXPANSION, Region, body_region

_MIN_CUTOFF_HZ = 0.01
_BETA = 10.0
_DERIVATIVE_CUTOFF_HZ = 1.0


class OneEuro:
    """Casiez et al., "1 € Filter" (2012), with the derivative taken from raw values, as MediaPipe does."""

    def __init__(self) -> None:
        self._raw: Array | None = None

    def __call__(self, value: Array, scale: float, dt: float) -> Array:
        """Next filtered value; `scale` multiplies the speed that opens the filter, `dt` is in seconds."""
        if self._raw is None:
            self._raw = self._value = value
            self._speed = np.zeros_like(value)
            return value
        share = _share(_DERIVATIVE_CUTOFF_HZ, dt)
        self._speed = share * (value - self._raw) * scale / dt + (1 - share) * self._speed
        opened = _share(_MIN_CUTOFF_HZ + _BETA * np.abs(self._speed), dt)
        self._value = opened * value + (1 - opened) * self._value
        self._raw = value
        return self._value


def _share(cutoff_hz: Array | float, dt: float) -> Array:
    """Share of the new value in a first-order low-pass."""
    return np.asarray(1.0 / (1.0 + 1.0 / (2 * math.pi * cutoff_hz * dt)))


class RegionFollower:
    """Region in which a person is to be looked for next."""

    def __init__(self) -> None:
        self._filter = OneEuro()
        self._time = -math.inf

    def follow(self, pose: Pose, time: float) -> Region:
        """Region for the next frame; `time` of the pose in seconds, increasing."""
        body_side = pose.body.side / EXPANSION
        dt = min(max(time - self._time, 1e-3), 1.0)
        hips, top = self._filter(pose.points[[HIPS, TOP], :2], 1.0 / max(body_side, 1e-6), dt)
        self._time = time
        return body_region(hips, top)
