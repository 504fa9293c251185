"""Where a person is in the image and how they move on: a Kalman filter of constant velocity and of size.

Bar-Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, section 6.2 (continuous
white-noise acceleration). All lengths are shares of the person's size, so near and far people move alike.
"""

from __future__ import annotations

import math

import numpy as np

from ..typing import Array

_ACCELERATION = 1.0
"""Sizes per second squared, times the square root of a second: a walker stops within a second, a sprinter starts."""

_FIRST_VELOCITY_STD = 2.0
_SMALLEST_STD, _LARGEST_STD = 0.02, 1.0
"""Who has been away for long may be anywhere, which is no less likely later."""

_SIZE_STD, _SIZE_STD_PER_S, _LARGEST_SIZE_STD = 0.1, 0.25, 0.4
"""Of the logarithm of the size: people bend down and stretch out their arms."""

_COAST_S = 0.5
"""Somebody who is not seen is expected to walk on, but not for long."""


class ImageMotion:
    """Center and size of one person.

    Attributes:
        time: of the last measurement, seconds. size: pixels.
    """

    def __init__(self, center: Array, size: float, time: float, noise: float) -> None:
        self.time, self.size = time, size
        self._mean = np.stack([np.asarray(center, np.float64), np.zeros(2)])  # position, velocity per second
        self._covariance = np.diag([noise**2, _FIRST_VELOCITY_STD**2])

    def expected(self, time: float) -> Array:
        """(2,) pixels."""
        return np.asarray(self._mean[0] + self._mean[1] * _COAST_S * (1 - math.exp((self.time - time) / _COAST_S)))

    def error(self, center: Array, time: float) -> float:
        """Distance from where the person is expected, in sizes."""
        return float(np.hypot(*(center - self.expected(time)))) / self.size

    def growth(self, size: float) -> float:
        """Change of the size, as a logarithm without sign."""
        return abs(math.log(size / self.size))

    def cost(self, center: Array, size: float, time: float, noise: float) -> float:
        """Negative log-likelihood of a measurement, 0 at best."""
        variance = min(self._predicted(time)[0, 0] + noise**2, _LARGEST_STD**2)
        size_std = min(_SIZE_STD + _SIZE_STD_PER_S * (time - self.time), _LARGEST_SIZE_STD)
        squares = self.error(center, time) ** 2 / variance + (self.growth(size) / size_std) ** 2
        return squares / 2 + math.log(variance / _SMALLEST_STD**2 * size_std / _SIZE_STD)

    def update(self, center: Array, size: float, time: float, noise: float) -> None:
        """Add a measurement, the later one; `noise` is its standard deviation in sizes."""
        covariance = self._predicted(time)
        start = self.expected(time)
        gain = covariance[:, 0] / (covariance[0, 0] + noise**2)
        innovation = center - start
        self._mean = np.stack([start + gain[0] * innovation, self._mean[1] + gain[1] * innovation])
        self._covariance = covariance - np.outer(gain, covariance[0])
        self.size += gain[0] * (size - self.size)
        self.time = time

    def _predicted(self, time: float) -> Array:
        """(2, 2) covariance of position and velocity at a time."""
        away = time - self.time
        move = np.array([[1.0, away], [0.0, 1.0]])
        drift = np.array([[away**3 / 3, away**2 / 2], [away**2 / 2, away]]) * _ACCELERATION**2
        return np.asarray(move @ self._covariance @ move.T + drift)
