"""Hands or faces that were read in several regions: which regions show the same one, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Protocol, TypeVar

import numpy as np

from ...typing import Array
from .region import Region, overlap

_SAME = 0.5
Key = TypeVar("Key")


class Read(Protocol):
    """What was read in a region: points (N, 2+) in pixels of the image."""

    @property
    def points(self) -> Array: ...

    @property
    def region(self) -> Region: ...


def extent(read: Read) -> float:
    """Longer side of the box around the points, pixels."""
    return float(np.ptp(read.points[:, :2], axis=0).max())


def same(a: Read, b: Read) -> bool:
    """Whether two regions show the same: they overlap, and so do their points."""
    if overlap(a.region, b.region) <= _SAME:
        return False
    gap = np.linalg.norm(a.points[:, :2] - b.points[:, :2], axis=1).mean()
    return bool(gap < _SAME * min(extent(a), extent(b)))


def losers(found: Mapping[Key, Read], keeps: Callable[[Key, Key], bool]) -> list[Key]:
    """Of what several claim, those whose claim does not hold; `keeps` says of two whether it is the first's."""
    lost: list[Key] = []
    for a, b in combinations(found, 2):
        if a not in lost and b not in lost and same(found[a], found[b]):
            lost.append(b if keeps(a, b) else a)
    return lost
