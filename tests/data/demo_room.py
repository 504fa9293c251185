"""The room of the software renderer: a floor, a back wall with prints, and their procedural textures.

World with y up and the floor at 0; the wall is the plane at `wall_z`, which a camera looking along -z sees. Colors are
linear RGB.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from romp_core.typing import Array

# left, bottom, width and height in meters on the wall, and a color
Print = tuple[float, float, float, float, tuple[float, float, float]]
Texture = Callable[[Array], Array]
"""Points (..., 3) of a surface to linear RGB (..., 3)."""


def noise(index: Array, seed: int) -> Array:
    """A fixed pseudo-random number in 0..1 for each pair of whole numbers in the last axis."""
    return np.modf(np.abs(np.sin(index @ np.array([12.9898, 78.233]) + seed) * 43758.5453))[0]


def boards(points: Array) -> Array:
    """A floor of wooden boards along z."""
    x, z = points[..., 0] / 0.16, points[..., 2]
    board = np.floor(x)
    length = np.floor(z / 1.1 + noise(np.stack([board, board], -1), 1))
    tone = 0.75 + 0.45 * noise(np.stack([board, length], -1), 2)
    edge = np.abs(x - np.round(x)) < 0.03
    grain = 0.04 * np.sin(90 * points[..., 0] + 6 * np.sin(3 * z + board))
    tone = np.where(edge, 0.45, tone + grain) * (1.0 - 0.05 * np.hypot(points[..., 0], z))
    return tone[..., None] * np.array([0.36, 0.23, 0.13])


def bricks(points: Array) -> Array:
    """A wall of painted bricks."""
    x, y = points[..., 0], points[..., 1]
    row = np.floor(y / 0.11)
    column = np.floor(x / 0.26 + 0.5 * np.mod(row, 2))
    along = np.mod(x / 0.26 + 0.5 * np.mod(row, 2), 1)
    up = np.mod(y / 0.11, 1)
    joint = (along < 0.035) | (up < 0.08)
    tone = np.where(joint, 0.80, 0.92 + 0.12 * noise(np.stack([column, row], -1), 3)) * (0.75 + 0.12 * y)
    return tone[..., None] * np.array([0.47, 0.50, 0.48])


@dataclass(frozen=True)
class Room:
    """What stands still behind everybody. `reach` is how far from the origin shadows fall, in meters."""

    wall_z: float = -2.2
    floor: Texture = boards
    wall: Texture = bricks
    prints: tuple[Print, ...] = ((-1.75, 1.25, 0.62, 0.85, (0.07, 0.2, 0.3)), (1.15, 1.45, 0.9, 0.6, (0.3, 0.26, 0.08)))
    reach: float = 2.52

    def wall_colors(self, points: Array) -> Array:
        """The wall with its prints and a skirting board."""
        x, y = points[..., 0], points[..., 1]
        color = self.wall(points)
        for left, bottom, width, height, paint in self.prints:
            u, v = (x - left) / width, (y - bottom) / height
            inside = (np.abs(u - 0.5) < 0.5) & (np.abs(v - 0.5) < 0.5)
            frame = inside & ((np.abs(u - 0.5) > 0.46) | (np.abs(v - 0.5) > 0.46))
            hills = np.where(v < 0.45 + 0.15 * np.sin(5 * u + left), 0.5, 1.3)
            color = np.where(inside[..., None], hills[..., None] * np.array(paint), color)
            color = np.where(frame[..., None], 0.05, color)
        return np.where((y < 0.09)[..., None], 0.55, color)
