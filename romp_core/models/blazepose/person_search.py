"""Search for people in the whole image: the detector is made for near people, so it also reads enlarged tiles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...typing import Array
from .background import BackgroundModel
from .body_outline import size
from .detector import Detection, Detector, whole_image
from .landmark_network import BODY_POINTS, Pose
from .region import Region

_BUSY_S, _FINEST_S = 0.5, 4.0

_TILE_THRESHOLD = 0.4
_FILLED_SIZE, _FILLED_SHARE = 1.2, 0.3
_KNOWN_BODY, _SAME_BODY = 0.25, 0.1
"""Bodies are the same when their hips are nearer than this share of their regions' sides."""


@dataclass
class _Level:
    """One grid of overlapping square tiles whose side is `share` of the image's longer side.

    It is searched every `slowest` seconds while nothing happens, else every half second.
    """

    share: float
    threshold: float
    slowest: float
    every: float = _BUSY_S
    due: float = 0.0
    background: BackgroundModel = field(default_factory=BackgroundModel)


class PersonSearch:
    """Finds bodies on three levels of detail.

    Args:
        calm_s: time between searches while nothing happens; how far back new people can be tracked.
    """

    def __init__(self, detector: Detector, calm_s: float) -> None:
        self._detector = detector
        self._levels = [
            _Level(1.0, 0.5, slowest=calm_s),
            _Level(1 / 2, _TILE_THRESHOLD, slowest=calm_s),
            _Level(1 / 3, _TILE_THRESHOLD, slowest=_FINEST_S),
        ]

    def restart(self) -> None:
        """Search on all levels next time: a new shot."""
        for level in self._levels:
            level.due, level.every = 0.0, _BUSY_S

    def search(self, image: Array, time: float, known: list[Pose], near_only: bool) -> list[Detection]:
        """Bodies that are not among the `known` ones, on the levels that are due at this time.

        Args:
            near_only: search the image as a whole only, which is cheap and finds near people.
        """
        found: list[Detection] = []
        for level in self._levels[:1] if near_only else self._levels:
            if time < level.due - 1e-6:
                continue
            for body in sorted(self._search_level(level, image, known), key=lambda body: -body.score):
                if not any(_same(body.region, other.region, _SAME_BODY) for other in found):
                    found.append(body)
            level.due = time + level.every
            level.every = level.slowest
        return found

    def _search_level(self, level: _Level, image: Array, known: list[Pose]) -> list[Detection]:
        """Unknown bodies on one level."""
        level.background.update(image, known)
        found: list[Detection] = []
        empty: list[Region] = []
        occupied: list[Region] = []
        for tile in _tiles(image, level.share):
            if level.background.unchanged(tile) or any(_filled(tile, pose) for pose in known):
                continue
            bodies = self._detector.detect(image, tile, level.threshold)
            new = [body for body in bodies if not any(_same(body.region, pose.body, _KNOWN_BODY) for pose in known)]
            (occupied if new else empty).append(tile)
            found += new
        level.background.learn(empty, occupied)
        return found

    def search_soon(self, time: float) -> None:
        """Search on all levels again soon: a new person was found, or one was lost."""
        for level in self._levels:
            level.every = _BUSY_S
            level.due = min(level.due, time + _BUSY_S)


def _same(a: Region, b: Region, share: float) -> bool:
    return bool(np.hypot(a.x - b.x, a.y - b.y) < share * min(a.side, b.side))


def _filled(tile: Region, pose: Pose) -> bool:
    """True when a tile smaller than a known body shows mostly parts of it, which the detector takes for people."""
    body = pose.points[:BODY_POINTS, :2]
    if tile.side > _FILLED_SIZE * size(pose):
        return False
    low = np.maximum(body.min(axis=0), tile.center - tile.side / 2)
    high = np.minimum(body.max(axis=0), tile.center + tile.side / 2)
    return bool(np.clip(high - low, 0, None).prod() > _FILLED_SHARE * tile.side**2)


def _tiles(image: Array, share: float) -> list[Region]:
    """Square tiles that overlap by half or more."""
    if share == 1:
        return [whole_image(image)]
    side = share * max(image.shape[:2])
    rows, columns = (_centers(length, side) for length in image.shape[:2])
    return [Region(x, y, side) for y in rows for x in columns]


def _centers(length: float, side: float) -> list[float]:
    if length <= side:
        return [length / 2]
    count = 1 + int(np.ceil((length - side) / (side / 2) - 1e-6))
    return [float(x) for x in np.linspace(side / 2, length - side / 2, count)]
