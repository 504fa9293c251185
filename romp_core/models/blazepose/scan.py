"""Looking for people all over the picture: the detector is made for near people, so it also looks at enlarged tiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...rotations import Array
from .detector import Detection, Detector, whole_picture
from .region import Region

SCAN_EVERY_S = 0.5
"""The estimator tracks new people back to where they came in, so this need not be shorter."""

_SLOWEST_EVERY_S = 2.0
_TILE_THRESHOLD = 0.4
_KNOWN_BODY, _SAME_BODY = 0.25, 0.1
"""Bodies are the same when their hips are nearer than this share of their regions' sides."""


@dataclass
class _Level:
    """One grid of overlapping square tiles whose side is `share` of the picture's longer side."""

    share: float
    threshold: float
    every: float = SCAN_EVERY_S
    due: float = 0.0


class Scanner:
    """Finds bodies on three levels of detail; the finest rests for longer as long as it finds nobody."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._levels = [_Level(1.0, 0.5), _Level(1 / 2, _TILE_THRESHOLD), _Level(1 / 3, _TILE_THRESHOLD)]

    def restart(self) -> None:
        """Scan on all levels next time: a new shot."""
        for level in self._levels:
            level.due, level.every = 0.0, SCAN_EVERY_S

    def scan(self, image: Array, time: float, known: list[Region], near_only: bool) -> list[Detection]:
        """Bodies that are due to be looked for at this time and are not among the `known` ones.

        Args:
            near_only: look at the whole picture only, which is cheap and finds near people.
        """
        found: list[Detection] = []
        for level in self._levels[:1] if near_only else self._levels:
            if time < level.due - 1e-6:
                continue
            new = [
                body
                for tile in _tiles(image, level.share)
                for body in self._detector.detect(image, tile, level.threshold)
                if not any(_same(body.region, other, _KNOWN_BODY) for other in known)
            ]
            for body in sorted(new, key=lambda body: -body.score):
                if not any(_same(body.region, other.region, _SAME_BODY) for other in found):
                    found.append(body)
            if level.share < 1 / 2:
                level.every = SCAN_EVERY_S if new else min(2 * level.every, _SLOWEST_EVERY_S)
            level.due = time + level.every
        return found


def _same(a: Region, b: Region, share: float) -> bool:
    return bool(np.hypot(a.x - b.x, a.y - b.y) < share * min(a.side, b.side))


def _tiles(image: Array, share: float) -> list[Region]:
    """Square tiles that overlap by half or more."""
    if share == 1:
        return [whole_picture(image)]
    side = share * max(image.shape[:2])
    rows, columns = (_centers(length, side) for length in image.shape[:2])
    return [Region(x, y, side) for y in rows for x in columns]


def _centers(length: float, side: float) -> list[float]:
    if length <= side:
        return [length / 2]
    count = 1 + int(np.ceil((length - side) / (side / 2) - 1e-6))
    return [float(x) for x in np.linspace(side / 2, length - side / 2, count)]
