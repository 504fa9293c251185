"""The square, turned part of the image that a landmark network reads."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

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

    def raised(self, distance: float) -> Region:
        """Moved by pixels against its own y axis: upward where it is upright."""
        x, y = self.center + self.turned(np.array([0.0, -distance]))
        return replace(self, x=float(x), y=float(y))

    def scaled(self, factor: float) -> Region:
        """Larger or smaller about its center."""
        return replace(self, side=self.side * factor)

    def holds(self, points: Array, reach: float) -> bool:
        """Whether points (..., 2) are near the center: along each of its axes within `reach`, a share of the side."""
        return bool((np.abs(self.unturned(points - self.center)) <= reach * self.side).all())

    def to_image(self, points: Array) -> Array:
        """(..., 2) in units of the region, (0, 0) to (1, 1) -> pixels of the image."""
        return self.turned(points - 0.5) * self.side + self.center

    def turned(self, vectors: Array) -> Array:
        """(..., 2) directions in the region's axes -> directions in the image's axes."""
        return vectors @ self._axes().T

    def unturned(self, vectors: Array) -> Array:
        """(..., 2) directions in the image's axes -> directions in the region's axes."""
        return vectors @ self._axes()


def whole_image(image: Array) -> Region:
    """The square around the whole image."""
    height, width = image.shape[:2]
    return Region(width / 2, height / 2, float(max(width, height)))


def around_box(low: Array, high: Array, angle: float) -> Region:
    """A turned square in the middle of an upright box, `low` (2,) to `high` (2,), as wide as the longer side of it."""
    x, y = (low + high) / 2
    return Region(float(x), float(y), float(np.max(high - low)), angle)


def overlap(a: Region, b: Region) -> float:
    """Intersection over union of two regions, as if both were upright."""
    reach = (a.side + b.side) / 2 - np.abs(a.center - b.center)
    shared = float(np.prod(np.clip(np.minimum(reach, min(a.side, b.side)), 0, None)))
    return shared / (a.side**2 + b.side**2 - shared)


@dataclass(frozen=True)
class Agreement:
    """How far the region of the frame before may be from the one found in this frame, and still be kept.

    Attributes:
        turn: radians between them.
        shift, scale: of centers and of sides, shares of the found one's side.
        inside: how far the points of the frame before may be from the found one's center, a share of its side.
    """

    turn: float
    shift: float
    scale: float
    inside: float

    def holds(self, tracked: Region, found: Region, points: Array) -> bool:
        """Whether `tracked` may be kept; `points` (N, 2+) are those of the frame before, pixels."""
        return (
            abs(wrapped(tracked.angle - found.angle)) <= self.turn
            and found.holds(tracked.center, self.shift)
            and abs(tracked.side - found.side) <= self.scale * found.side
            and found.holds(points[:, :2], self.inside)
        )


def angle_towards(start: Array, end: Array, target: float) -> float:
    """Angle of the region in which the direction from one point (2,) to another is `target`: radians, counter-clockwise
    from the region's x axis."""
    x, y = (float(value) for value in end - start)
    return wrapped(target - math.atan2(-y, x))


def wrapped(angle: float) -> float:
    """The same angle from -pi up to pi, radians."""
    return (angle + math.pi) % (2 * math.pi) - math.pi
