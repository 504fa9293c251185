"""How the camera moved in one shot: not at all, on the spot, or through the scene."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from ...typing import Array
from .bundle import Freedom, Model, Sightings, adjust, focal_error, initial_model
from .frames import every_frame
from .growth import grow
from .keyframes import Shot, collect
from .stillness import stillness, tell
from .tracks import Part

Kind = Literal["unknown", "still", "turns", "moves", "incoherent"]

_SIGMA = 3.6e-4
"""Usual error of a point, of the image's longer side."""
_FOCAL_ERROR = 0.2
"""Standard deviation of the logarithm of unknown focal lengths about the assumed one."""
_STARTS = (1.0, 0.85, 0.72, 1.18, 1.4)
"""Focal lengths to start from, in assumed ones: from a wrong one the depth may end up inside out."""
_AGREED = 0.04
"""Logarithm of the ratio of focal lengths that were found from two starts, which are then right."""
_GOOD, _EXPLAINED = 3.0, 0.6
"""Usual errors within which a sighting is explained, and the share of those that must be."""
_SUPPORTED = 0.7
"""Share of the keyframes that must show enough of it."""
_BETTER = 1.4
"""Factor by which points must be explained better before a camera moves and does not only turn."""
_EXACT = 0.3
"""Usual errors up to which a turn explains everything."""
_ROUNDS, _SETTLED = 150, 1e-6
"""An unknown focal length is found slowly."""
_LEAST_PX = 8e-4
"""Of the image's longer side: what moves points by less does not move at all."""
_SHORTEST = 8
"""Frames."""

Parts = Callable[[int], Iterable[Part]]
"""Gives the parts of a shot, with an overlap of so many frames."""


@dataclass(frozen=True)
class ShotMotion:
    """The camera's motion, in the space of the shot's first camera and the usual distance of its background.

    Attributes:
        kind: "unknown" where there are too few points, and "incoherent" where they have no common motion.
        rotation: (t, 3, 3) from that space to the camera of each frame; position: (t, 3). A still one has one
            of each.
        points: (M, 3) located points of the background, where it moves.
        focal: pixels; focal_error: standard deviation of its logarithm, 0 where it was given.
    """

    kind: Kind
    rotation: Array
    position: Array
    points: Array
    focal: float
    focal_error: float


def still_shot(kind: Kind, focal: float) -> ShotMotion:
    """A camera that does not move."""
    return ShotMotion(kind, np.eye(3)[None], np.zeros((1, 3)), np.zeros((0, 3)), focal, np.inf)


def shot_motion(parts: Parts, frames: int, interval: float, size: Array, focal: float, known: bool) -> ShotMotion:
    """Find the motion of a shot of this many frames.

    Args:
        interval: seconds between frames. size: (2,) of the image, pixels. focal: pixels, `known` or only assumed.
    """
    longest_px = float(size.max())
    if frames < _SHORTEST:
        return still_shot("unknown", focal)
    calm = stillness(parts(0), size, interval)
    if calm.unknown or calm.still:
        return still_shot("unknown" if calm.unknown else "still", focal)
    shot = collect(parts(1), frames, interval, _SIGMA * longest_px)
    if len(shot.keys) < 8:
        return still_shot("unknown", focal)
    freedom = Freedom(False, 0.0 if known else _FOCAL_ERROR, focal)
    turning = adjust(initial_model(shot.turning(focal), shot.sightings, focal), shot.sightings, freedom)
    if _misfit(turning, shot.sightings) > _EXACT:
        moving = _moving(shot, freedom)
        moves = _misfit(moving, shot.sightings) * _BETTER < _misfit(turning, shot.sightings)
    else:
        moves = False
    model = moving if moves else turning
    if _explained(model, shot.sightings) < _EXPLAINED:
        return still_shot("incoherent", focal)
    if not _supported(model, shot.sightings, size):
        return still_shot("unknown", focal)
    rotation, position = every_frame(model, shot, parts(0), moves)
    if _motion_px(model, rotation, position) < _LEAST_PX * longest_px:
        return still_shot("still", focal)
    points = model.origin + model.direction / np.maximum(model.inverse, 1e-3)[:, None]
    good = model.inverse > 0.05
    error = 0.0 if known else focal_error(model, shot.sightings, replace(freedom, moves=moves))
    return ShotMotion("moves" if moves else "turns", rotation, position, points[good & moves], model.focal, error)


def _moving(shot: Shot, freedom: Freedom) -> Model:
    """The best model of a moving camera, whatever the focal length is, if it is not known."""
    seen, free = shot.sightings, replace(freedom, moves=True)
    if not freedom.focal_error:
        return grow(shot.turning(freedom.focal_prior), seen, freedom.focal_prior, free)
    best: Model | None = None
    for start in _STARTS:
        focal = freedom.focal_prior * start
        model = grow(shot.turning(focal), seen, focal, Freedom(True, 0.0, focal))
        model = adjust(model, seen, free)
        agreed = best is not None and abs(np.log(model.focal / best.focal)) < _AGREED
        if best is None or _misfit(model, seen) < _misfit(best, seen):
            best = model
        if agreed:
            break
    assert best is not None
    return adjust(best, seen, free, _ROUNDS, _SETTLED)


def _misfit(model: Model, seen: Sightings) -> float:
    """Mean robust error of the sightings, in usual errors."""
    squares = (model.residuals(seen) ** 2).sum(axis=1) / seen.sigma**2
    return float(np.sqrt(np.mean(squares / (1 + squares / _GOOD**2))))


def _explained(model: Model, seen: Sightings) -> float:
    """Share of the sightings that the model explains."""
    return float((np.linalg.norm(model.residuals(seen), axis=1) < _GOOD * seen.sigma).mean())


def _supported(model: Model, seen: Sightings, size: Array) -> bool:
    """True when most keyframes show enough of the background that the model explains."""
    good = np.linalg.norm(model.residuals(seen), axis=1) < _GOOD * seen.sigma
    edges = np.searchsorted(seen.frame, np.arange(len(model.rotation) + 1))
    shown = [tell(seen.at[start:stop][good[start:stop]], size) for start, stop in pairwise(edges)]
    return float(np.mean(shown)) > _SUPPORTED


def _motion_px(model: Model, rotation: Array, position: Array) -> float:
    """The most by which the middle of the image moves, pixels."""
    turn = np.linalg.norm(rotation[:, 2, :2] - rotation[:1, 2, :2], axis=1).max()
    roll = np.abs(rotation[:, 0, 1] - rotation[:1, 0, 1]).max()
    return float(model.focal * max(turn, roll / 2, np.linalg.norm(position - position[0], axis=1).max()))
