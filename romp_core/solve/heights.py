"""How tall people are: given by the user, or in proportion to what a body model estimated.

An image says nothing about scale. People are solved as if the median of them were 1.70 m tall; a height then scales the
result and changes nothing else, though the solve knows lengths and speeds of people in meters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from ..bodies.build import built_skeleton
from ..take.observations import Observations
from ..take.settings.scale import ScaleSettings
from ..take.take import Motion, Person
from ..typing import Array
from .landmark_fit.markers import skeleton_size

USUAL_HEIGHT = 1.70
"""Median height, meters, that people are solved with."""
_GROWN = 0.85
"""People at least this tall, compared with the tallest, count as adults."""
_CHILD, _CHILD_WEIGHT = 0.75, 0.2
"""Stature against the tallest person's below which somebody is taken for a child, and their weight in the median."""


def stature(rest_joints: Array, build: Iterable[float] = ()) -> float:
    """Body height in meters of a rest skeleton (24, 3), by the proportions of the embedded body with a build (S,)."""
    return skeleton_size(rest_joints) / _size_of_one_meter(tuple(map(float, build)))


def height_of(motion: Motion) -> float:
    """Body height in meters of a person with this motion."""
    return stature(motion.rest_joints, motion.build)


@lru_cache(maxsize=64)
def _size_of_one_meter(build: tuple[float, ...]) -> float:
    return skeleton_size(built_skeleton(np.array(build), 1.0))


def estimated_skeleton(observations: Observations) -> Array | None:
    """The one skeleton (24, 3) of a person as a body model estimates it; None where landmarks alone are known.

    The median over all frames, so that bodies do not pulsate.
    """
    if observations.rest_joints is None:
        return None
    rest = np.median(observations.rest_joints.astype(np.float64), axis=0)
    return np.asarray(rest - rest[0])


def body_heights(people: Sequence[Person], skeletons: Sequence[Array | None], scale: ScaleSettings) -> list[float]:
    """Height in meters of each person: their own, else the given one; estimated sizes stay in proportion.

    Where a model knows sizes in meters, they are kept; the heights of known people scale everybody.

    Args:
        skeletons: see `estimated_skeleton`. scale: its height is that of adults without a height of their own.
    """
    sizes = [None if rest is None else stature(rest) for rest in skeletons]
    height = scale.height
    if scale.model_scale and any(person.observations.is_metric for person in people):
        known = [person.height / size for person, size in zip(people, sizes, strict=True) if person.height and size]
        unit = float(np.median(known)) if known else 1.0
        return [person.height or unit * (size or height) for person, size in zip(people, sizes, strict=True)]
    grown = _adult_stature([size for size in sizes if size]) if any(sizes) else 1.0
    return [
        person.height or height * (size / grown if size else 1.0) for person, size in zip(people, sizes, strict=True)
    ]


def scale_of(heights: Sequence[float]) -> float:
    """Meters of the result per meter of the solve."""
    return float(np.median(heights or [USUAL_HEIGHT])) / USUAL_HEIGHT


def relative_sizes(statures: Sequence[float], sizes: Array, errors: Array, anchored: bool) -> Array:
    """Sizes (P,) of people so that the user's height is that of the middle one.

    Args:
        statures: (P,) that people were solved with. sizes: (P,) factors on them; errors: (P,) infinite where nothing
            is known, whose factor is then 1. anchored: the user gave somebody's height, so sizes stay as they are.
    """
    known = np.isfinite(errors)
    if not known.any() or anchored:
        return np.where(known, sizes, 1.0)
    before = np.asarray(statures)[known]
    return np.where(known, sizes * (_middle(before) / _middle(before * sizes[known])), 1.0)


def _middle(statures: Array) -> float:
    """Weighted median in which children count little: what the user's height is compared with."""
    order = np.sort(statures)
    share = np.cumsum(np.where(order < _CHILD * order[-1], _CHILD_WEIGHT, 1.0))
    low, high = np.searchsorted(share, share[-1] / 2 + np.array([-1e-6, 1e-6]))
    return float((order[low] + order[high]) / 2)


def _adult_stature(statures: list[float]) -> float:
    """The median of those who are not much smaller than the tallest: what the user's height is compared with."""
    grown = [each for each in statures if each >= _GROWN * max(statures)]
    return float(np.median(grown))
