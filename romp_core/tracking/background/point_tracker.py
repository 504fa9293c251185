"""Follows points of the footage from frame to frame, wherever they are: who moves is told apart when it is solved.

Pyramidal Lucas-Kanade, with patches from the frame in which a point was found, so that points do not drift. As long as
the image stays as it is, one iteration per frame is all there is to do.
"""

from __future__ import annotations

import numpy as np

from ...take.background import FramePoints
from ...typing import Array
from .corners import corners
from .patches import RADIUS, Patches, is_inside
from .pyramid import LEVELS, pyramid, shrink_factor

POINTS = 128
"""The most points at a time."""
_CELLS = 112
"""Cells of the grid, each of which should have a point."""
_ALIKE, _SAME = 0.75, 0.9
"""Correlation with the first patch below which a point is lost, and from which no larger shift is looked for."""
_NEAR = 0.75
"""Pixels of the first iteration up to which the next ones are at the full size alone."""
_DONE = 0.03
_ITERATIONS, _COARSE_ITERATIONS = 4, 3
_CROWDED = 5.0
"""Pixels between two points of which one is given up."""
_FEW, _EVERY, _SOONEST = 0.75, 6, 2
"""New points are looked for every so many frames, and sooner when fewer than this share of the last ones are left."""


class PointTracker:
    """Takes images one by one. Positions are in pixels of the image, whose center is at half its width and height.

    Args:
        width, height: of the images.
    """

    def __init__(self, width: int, height: int) -> None:
        self.factor = shrink_factor(width, height)
        side = max(np.sqrt(width * height / _CELLS) / self.factor, 2 * RADIUS)
        self._cells = tuple(max(1, round(length / self.factor / side)) for length in (height, width))
        self._patches = [Patches.empty(POINTS) for _ in range(LEVELS)]
        self._points = np.zeros((POINTS, 2))
        self._velocity = np.zeros(2)
        self._alive = np.zeros(POINTS, bool)
        self._since, self._found = _EVERY, 0

    def track(self, image: Array) -> FramePoints:
        """Points of the next image (H, W, 3) uint8."""
        levels = pyramid(image)
        if self._alive.any():
            self._follow(levels)
        new = np.zeros(POINTS, bool)
        self._since += 1
        few = self._alive.sum() < _FEW * self._found
        if self._since >= (_SOONEST if few else _EVERY):
            new = self._find(levels)
        positions = np.where(self._alive[:, None], (self._points + 0.5) * self.factor, np.nan)
        return FramePoints(positions, new)

    def _follow(self, levels: list[Array]) -> None:
        """Move the living points to where they are now, and give up those that are not found."""
        rows = np.flatnonzero(self._alive)
        start = self._points[rows]
        guess = start + self._velocity
        points, alike = self._patches[0].step(rows, levels[0], guess)
        far = (alike < _SAME) | (np.abs(points - guess).max(axis=1) > _NEAR)
        if far.any():
            points[far] = self._from_coarse(rows[far], levels, guess[far])
        alike = np.where(far, -1, alike)
        moving = np.ones(len(rows), bool)
        for _ in range(_ITERATIONS):
            moved, alike[moving] = self._patches[0].step(rows[moving], levels[0], points[moving])
            steps = np.abs(moved - points[moving]).max(axis=1)
            points[moving] = moved
            moving[moving] = steps > _DONE
            if not moving.any():
                break
        good = (alike > _ALIKE) & is_inside(levels[0].shape, points, RADIUS)
        self._points[rows] = points
        self._alive[rows] = good
        if good.any():
            self._velocity = np.median((points - start)[good], axis=0)
        self._thin_out()

    def _from_coarse(self, rows: Array, levels: list[Array], points: Array) -> Array:
        """Points (k, 2) looked for from the smallest size on."""
        for level in range(len(levels) - 1, 0, -1):
            points = _at_level(points, level)
            for _ in range(_COARSE_ITERATIONS):
                points, _ = self._patches[level].step(rows, levels[level], points)
            points = _at_level(points, -level)
        return points

    def _thin_out(self) -> None:
        """Give up one of two points that came close to each other."""
        rows = np.flatnonzero(self._alive)
        points = self._points[rows]
        near = np.abs(points[:, None] - points[None]).max(axis=2) < _CROWDED
        self._alive[rows[np.triu(near, 1).any(axis=0)]] = False

    def _find(self, levels: list[Array]) -> Array:
        """Fill the cells that have no point; the slots (N,) that did get one."""
        image, self._since = levels[0], 0
        taken = np.zeros(self._cells, bool)
        size = np.array([image.shape[1] // self._cells[1], image.shape[0] // self._cells[0]])
        column, row = np.minimum(self._points[self._alive] // size, np.array(self._cells)[::-1] - 1).astype(int).T
        taken[row, column] = True
        found = corners(image, self._cells, taken, RADIUS + 2).astype(np.float64)
        near = np.abs(found[:, None] - found[None]).max(axis=2) < 2 * _CROWDED
        found = found[~np.triu(near, 1).any(axis=0)]
        if self._alive.any():
            apart = np.abs(found[:, None] - self._points[self._alive]).max(axis=2)
            found = found[(apart >= 2 * _CROWDED).all(axis=1)]
        free = np.flatnonzero(~self._alive)[: len(found)]
        found = found[: len(free)]
        self._points[free] = found
        self._alive[free] = True
        self._found = int(self._alive.sum())
        for level, (patches, each) in enumerate(zip(self._patches, levels, strict=False)):
            patches.cut(free, each, _at_level(found, level))
        new = np.zeros(POINTS, bool)
        new[free] = True
        return new


def _at_level(points: Array, level: int) -> Array:
    """Positions of the full size in pixels of a level; with its negative number, the other way round."""
    return np.asarray((points + 0.5) * 0.5**level - 0.5)
