"""Constant-velocity Kalman filter of a person's position in the image, depth and scale.

The noise follows the person's size in the image, as in DeepSORT (Wojke, Bewley, Paulus, 2017): h = 64 times the
body model's scale. All four components have the same noise and do not mix, so one 2 x 2 covariance (position,
velocity) serves all four, and the gain is a pair of numbers.
"""

from __future__ import annotations

import numpy as np

from ..typing import Array

STEPS_PER_S = 30.0
"""The filter's unit of time is a frame of 30 Hz footage."""

POSITION_UNITS, DEPTH_UNITS, SCALE_UNITS = 128.0, 30.0, 64.0
_POSITION_STD, _VELOCITY_STD = 1 / 20, 1 / 160


def measurements(cams: Array, depth: Array) -> Array:
    """What is filtered: cams (n, 3) of scale, y, x with y, x in -1..1 and depth (n,) meters -> (n, 4)."""
    scale, y, x = np.asarray(cams, np.float64).reshape(-1, 3).T
    depth = np.asarray(depth, np.float64)
    return np.stack(
        [(x + 1) * POSITION_UNITS, (y + 1) * POSITION_UNITS, depth * DEPTH_UNITS, scale * SCALE_UNITS], axis=1
    )


class Kalman:
    """State of one person.

    Attributes:
        mean: (2, 4), position and velocity per step of (x, y, depth, scale) in the units of `measurements`.
        covariance: (2, 2) of position and velocity, the same for all four.
    """

    def __init__(self, point: Array) -> None:
        self.mean = np.stack([np.asarray(point, np.float64), np.zeros(4)])
        size = self.mean[0, 3]
        self.covariance = np.diag([(2 * size * _POSITION_STD) ** 2, (10 * size * _VELOCITY_STD) ** 2])

    def predict(self, steps: float = 1.0) -> None:
        """Move on by a number of steps."""
        size = self.mean[0, 3]
        transition = np.array([[1.0, steps], [0.0, 1.0]])
        noise = np.diag([(size * _POSITION_STD) ** 2, (size * _VELOCITY_STD) ** 2])
        self.mean = transition @ self.mean
        self.covariance = transition @ self.covariance @ transition.T + steps * noise

    def update(self, point: Array) -> None:
        """Add a measurement (4,)."""
        size = self.mean[0, 3]
        spread = self.covariance[0, 0] + (size * _POSITION_STD) ** 2
        gain = self.covariance[:, 0] / spread
        self.mean = self.mean + gain[:, None] * (point - self.mean[0])
        self.covariance = self.covariance - spread * np.outer(gain, gain)
