"""Memory of what a still camera sees where nobody is, so that unchanged parts of the picture need no new search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...typing import Array
from .landmark_network import BODY_POINTS, Pose
from .region import Region

_GRID = 256
_CHANGE = 24
_CHANGED_SHARE = 0.003
"""A person in a tile that shows them well enough to be detected covers many times this share of it."""


class Scenery:
    """A coarse grid of pixels that were searched without finding anybody."""

    def __init__(self) -> None:
        self._pixels: Array = np.zeros((0, 0, 3), np.int16)
        self._known: Array = np.zeros((0, 0), bool)

    def look(self, image: Array, people: Sequence[Pose]) -> None:
        """Take in a (H, W, 3) picture in which these people are known."""
        self._step = max(1, max(image.shape[:2]) // _GRID)
        self._now = image[:: self._step, :: self._step].astype(np.int16)
        if self._pixels.shape != self._now.shape:
            self._pixels = np.zeros_like(self._now)
            self._known = np.zeros(self._now.shape[:2], bool)
        self._free = np.ones(self._now.shape[:2], bool)
        for pose in people:
            body = pose.points[:BODY_POINTS, :2]
            margin = 0.1 * np.ptp(body, axis=0).max()
            self._free[self._cells(body.min(axis=0) - margin, body.max(axis=0) + margin)] = False
        changed = (np.abs(self._now - self._pixels) > _CHANGE).any(axis=2)
        self._strange = self._free & (changed | ~self._known)

    def unchanged(self, tile: Region) -> bool:
        """True when a tile shows only known people and scenery."""
        return bool(self._strange[self._tile(tile)].mean() < _CHANGED_SHARE)

    def learn(self, empty: Sequence[Region], occupied: Sequence[Region]) -> None:
        """Remember the tiles that were searched in vain, except where they overlap with those that were not."""
        learnt = np.zeros_like(self._free)
        for tiles, value in ((empty, True), (occupied, False)):
            for tile in tiles:
                learnt[self._tile(tile)] = value
        learnt &= self._free
        self._pixels[learnt] = self._now[learnt]
        self._known |= learnt

    def _tile(self, tile: Region) -> tuple[slice, slice]:
        return self._cells(tile.center - tile.side / 2, tile.center + tile.side / 2)

    def _cells(self, low: Array, high: Array) -> tuple[slice, slice]:
        first, last = (np.clip(corner / self._step, 0, 2 * _GRID + 2).astype(int) for corner in (low, high))
        return slice(first[1], last[1] + 1), slice(first[0], last[0] + 1)
