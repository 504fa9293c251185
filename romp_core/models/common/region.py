"""The square, turned part of the image that a landmark network reads."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...images.ops import Border, warp
from ...typing import Array


@dataclass(frozen=True)
class Region:
    """A square: center and side in pixels, `angle` in radians (positive turns its x axis towards +y, clockwise)."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    @property
    def center(self) -> Array:
        """(2,) pixels."""
        return np.array([self.x, self.y])

    def _axes(self) -> Array:
        """(2, 2): the region's x and y axes as columns."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        return np.array([[c, -s], [s, c]])

    def crop(self, image: Array, size: int, border: Border) -> Array:
        """Resample to (size, size, 3) uint8; corners map to corners, as MediaPipe does."""
        axes = self._axes() * (self.side / size)
        corner = self.center - axes @ np.full(2, size / 2)
        return warp(image, np.column_stack([axes, corner]), size, size, border)

    def to_image(self, points: Array) -> Array:
        """(..., 2) in units of the region, (0, 0) to (1, 1) -> pixels of the image."""
        return self.turned(points - 0.5) * self.side + self.center

    def turned(self, vectors: Array) -> Array:
        """(..., 2) directions in the region's axes -> directions in the image's axes."""
        return vectors @ self._axes().T

    def unturned(self, vectors: Array) -> Array:
        """(..., 2) directions in the image's axes -> directions in the region's axes."""
        return vectors @ self._axes()


def angle_towards(start: Array, end: Array, target: float) -> float:
    """Angle of the region in which the direction from one point (2,) to another is `target`: radians, counter-clockwise
    from the region's x axis."""
    x, y = (float(value) for value in end - start)
    return wrapped(target - math.atan2(-y, x))


def wrapped(angle: float) -> float:
    """The same angle from -pi up to pi, radians."""
    return (angle + math.pi) % (2 * math.pi) - math.pi
