"""Wide images of crowds are read through overlapping square windows, so that people are not too small.

BEV's network sees 512 x 512 pixels; an image three times as wide as high leaves 170 rows of them for the people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...typing import Array
from ..common.square_image import Padding

_WIDE = 2.0
_SMALL = 0.18
"""Camera scale of a person who is about 80 of the network's 512 pixels tall."""
_MANY = 5


def is_wide(pad: Padding) -> bool:
    """Whether windows can help with an image of this size: it is at least twice as wide as high."""
    return pad.width >= _WIDE * pad.height


def is_crowd(scales: Array) -> bool:
    """Whether windows would help these people (N,): many of them are small in the image."""
    return bool((scales < _SMALL).sum() >= _MANY)


@dataclass(frozen=True)
class WindowPlan:
    """Square windows over an image that is padded with black at the left and right.

    Attributes:
        height, width: of the image, pixels; pad: black columns at either side.
        boxes: (K, 4) int32 left, right, top, bottom in the padded image. The last one is narrower: it keeps the
            right border of the one before, and only padding is beyond.
    """

    height: int
    width: int
    pad: int
    boxes: Array

    def crops(self, image: Array) -> list[Array]:
        """The windows' contents, (h, w, 3) each."""
        padded = np.pad(image, ((0, 0), (self.pad, self.pad), (0, 0)))
        return [padded[top:bottom, left:right] for left, right, top, bottom in self.boxes]

    def central(self, index: int, cams: Array) -> Array:
        """Who is seen best in this window rather than in a neighbor: rows of cams (N, 3).

        Half of the overlap belongs to either window. The left border of the second window counts as a whole, because
        the first one holds mostly padding.
        """
        x = cams[:, 2]
        stays = np.ones(len(x), bool)
        if index + 1 < len(self.boxes):
            stays &= x <= 1 - self._half_overlap(index)
        if index >= 2:
            stays &= x >= self._half_overlap(index - 1) - 1
        return np.flatnonzero(stays)

    def to_image(self, index: int, cams: Array) -> Array:
        """Cameras of a window as cameras of the image: (N, 3) scale, y, x -> the same."""
        left, right, top, bottom = self.boxes[index] - [self.pad, self.pad, 0, 0]
        whole = cams * np.float32(max(right - left, bottom - top) / max(self.height, self.width))
        whole[:, 2] += np.float32((left + right) / 2 / (self.width / 2) - 1)
        return whole

    def _half_overlap(self, index: int) -> float:
        """Half of what this window shares with the next one, in units of the window's side."""
        return float(self.boxes[index, 1] - self.boxes[index + 1, 0]) / self.height / 2


def plan_windows(height: int, width: int, overlap: float) -> WindowPlan:
    """Windows of the image's height; neighbors share the part `overlap` (0..1) of their width."""
    pad = int(height * overlap)
    padded = width + 2 * pad
    step = (1 - overlap) * height
    count = math.ceil((padded / height - 1) / (1 - overlap)) + 1
    boxes = np.array([(step * k, step * k + height, 0, height) for k in range(count)]).astype(np.int32)
    boxes[-1, :2] = padded - height, boxes[-2, 1]
    return WindowPlan(height, width, pad, boxes)
