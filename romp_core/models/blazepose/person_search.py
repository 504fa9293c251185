"""Search for people in the whole image: the detector is made for near people, so it also reads enlarged tiles."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

import numpy as np

from ...inference.threads import small_networks_at_once
from ...typing import Array
from ..common.region import Region, whole_image
from .background import BackgroundModel
from .body_outline import size
from .detector import Detection, Detector
from .inpaint import erase
from .landmark_network import BODY_POINTS, Pose

_BUSY_S, _FINEST_S = 0.5, 4.0

_TILE_THRESHOLD = 0.4
_FILLED_SIZE, _FILLED_SHARE = 1.2, 0.3
_KNOWN_BODY, _SAME_BODY = 0.25, 0.1
"""Bodies are the same when their hips are nearer than this share of their regions' sides."""
_AROUND = 1.6
"""Who is right behind somebody is looked for in a region this much larger than the body's own."""
_BESIDE, _TURNED, _LARGER = 0.5, np.radians(45), 2.0
"""They have their hips nearer than this, and are turned and of another size by less than this."""


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


@dataclass
class _Search:
    """A level that is being searched: the tiles and what the detector will find in them, beside the `known` people."""

    level: _Level
    known: Sequence[Pose]
    tiles: list[tuple[Region, Future[list[Detection]]]]

    def found(self) -> list[Detection]:
        """Unknown bodies, best first; waits for the detector."""
        found: list[Detection] = []
        empty: list[Region] = []
        occupied: list[Region] = []
        for tile, bodies in self.tiles:
            new = [one for one in bodies.result() if not self._is_known(one)]
            (occupied if new else empty).append(tile)
            found += new
        self.level.background.learn(empty, occupied)
        return sorted(found, key=lambda body: -body.score)

    def _is_known(self, body: Detection) -> bool:
        return any(_same(body.region, pose.body, _KNOWN_BODY) for pose in self.known)


@dataclass
class _Behind:
    """What the detector will find around one of the `known` people, these painted out."""

    pose: Pose
    known: Sequence[Pose]
    bodies: Future[list[Detection]]

    def found(self) -> list[Detection]:
        """Bodies of people right behind; waits for the detector."""
        return [
            body
            for body in self.bodies.result()
            if _beside(body.region, self.pose.body)
            and not any(_same(body.region, other.body, _SAME_BODY) for other in self.known)
        ]


class PersonSearch:
    """Finds bodies on three levels of detail, in threads of its own.

    Args:
        calm_s: time between searches while nothing happens; how far back new people can be tracked.
    """

    def __init__(self, detector: Detector, calm_s: float) -> None:
        self._detector = detector
        self._pool = ThreadPoolExecutor(small_networks_at_once(), "search")
        self._running: list[_Search] = []
        self._behind: list[_Behind] = []
        self._levels = [
            _Level(1.0, 0.5, slowest=calm_s),
            _Level(1 / 2, _TILE_THRESHOLD, slowest=calm_s),
            _Level(1 / 3, _TILE_THRESHOLD, slowest=_FINEST_S),
        ]

    def leave_a_core(self) -> None:
        """From now on keep out of the way of what must not wait: live captures."""
        self._pool = ThreadPoolExecutor(max(small_networks_at_once() - 1, 1), "search")

    @property
    def running(self) -> bool:
        """The search that was begun is not done yet."""
        tiles = (bodies for search in self._running for _, bodies in search.tiles)
        return not all(bodies.done() for bodies in chain(tiles, (behind.bodies for behind in self._behind)))

    def restart(self) -> None:
        """Search on all levels next time: a new shot."""
        self._running, self._behind = [], []
        for level in self._levels:
            level.due, level.every = 0.0, _BUSY_S

    def begin(self, image: Array, time: float, known: Sequence[Pose], near_only: bool) -> None:
        """Search for bodies that are not among the `known` ones, on the levels that are due at this time.

        Args:
            near_only: search the image as a whole only, which is cheap and finds near people.
        """
        if not near_only and time >= self._levels[0].due - 1e-6:
            self._behind = [_Behind(pose, known, self._look_behind(image, pose, known)) for pose in known]
        for level in self._levels[:1] if near_only else self._levels:
            if time < level.due - 1e-6:
                continue
            level.background.update(image, known)
            tiles = [
                (tile, self._pool.submit(self._detector.detect, image, tile, level.threshold))
                for tile in _tiles(image, level.share)
                if not (level.background.unchanged(tile) or any(_filled(tile, pose) for pose in known))
            ]
            self._running.append(_Search(level, known, tiles))
            level.due = time + level.every
            level.every = level.slowest

    def found(self) -> list[Detection]:
        """The bodies of the search that was begun; waits for it."""
        found: list[Detection] = []
        beside = (search.found() for search in self._behind)
        for body in chain(*(search.found() for search in self._running), *beside):
            if not any(_same(body.region, other.region, _SAME_BODY) for other in found):
                found.append(body)
        self._running, self._behind = [], []
        return found

    def _look_behind(self, image: Array, pose: Pose, known: Sequence[Pose]) -> Future[list[Detection]]:
        """Detections around a body, with the known ones painted out: the detector takes two who overlap for one."""
        around = replace(pose.body, side=_AROUND * pose.body.side, angle=0.0)
        bodies = [other for other in known if _overlap(around, other.body)]
        painted = partial(erase, region=around, bodies=bodies)
        return self._pool.submit(self._detector.detect, image, around, retouch=painted)

    def search_soon(self, time: float) -> None:
        """Search on all levels again soon: a new person was found, or one was lost."""
        for level in self._levels:
            level.every = _BUSY_S
            level.due = min(level.due, time + _BUSY_S)


def _same(a: Region, b: Region, share: float) -> bool:
    return bool(np.hypot(a.x - b.x, a.y - b.y) < share * min(a.side, b.side))


def _beside(a: Region, b: Region) -> bool:
    """True for somebody who overlaps with a body and stands likewise: shadows and mirror images do not."""
    alike = abs((a.angle - b.angle + np.pi) % (2 * np.pi) - np.pi) < _TURNED
    return _same(a, b, _BESIDE) and alike and max(a.side, b.side) < _LARGER * min(a.side, b.side)


def _overlap(a: Region, b: Region) -> bool:
    return bool(np.hypot(a.x - b.x, a.y - b.y) < (a.side + b.side) / 2)


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
