"""Background model of a still camera: unchanged parts of the image without people need no new search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...typing import Array
from ..common.region import Region
from .landmark_network import BODY_POINTS, Pose

_GRID = 256
_CHANGE = 24
_CHANGED_SHARE = 0.003
"""A person in a tile that shows them well enough to be detected covers many times this share of it."""


class BackgroundModel:
    """A coarse grid of pixels in which no person was detected."""

    def __init__(self) -> None:
        self._pixels: Array = np.zeros((0, 0, 3), np.int16)
        self._known: Array = np.zeros((0, 0), bool)

    def update(self, image: Array, people: Sequence[Pose]) -> None:
        """Compare with a (H, W, 3) image in which these people are known."""
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
        self._foreground = self._free & (changed | ~self._known)

    def unchanged(self, tile: Region) -> bool:
        """True when a tile shows only known people and background."""
        return bool(self._foreground[self._tile(tile)].mean() < _CHANGED_SHARE)

    def learn(self, empty: Sequence[Region], occupied: Sequence[Region]) -> None:
        """Remember the tiles without detections, except where they overlap with those that have some."""
        learned = np.zeros_like(self._free)
        for tiles, value in ((empty, True), (occupied, False)):
            for tile in tiles:
                learned[self._tile(tile)] = value
        learned &= self._free
        self._pixels[learned] = self._now[learned]
        self._known |= learned

    def _tile(self, tile: Region) -> tuple[slice, slice]:
        return self._cells(tile.center - tile.side / 2, tile.center + tile.side / 2)

    def _cells(self, low: Array, high: Array) -> tuple[slice, slice]:
        first, last = (np.clip(corner / self._step, 0, 2 * _GRID + 2).astype(int) for corner in (low, high))
        return slice(first[1], last[1] + 1), slice(first[0], last[0] + 1)
