"""A model of a whole shot, grown keyframe by keyframe, so that it starts near what it is to become.

A short stretch can be explained from the start where every point is equally far away (Yu & Gallup, "3D reconstruction
from accidental motion", 2014); from there on each keyframe continues what is known.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...typing import Array
from .bundle import SPAN, Freedom, Model, Sightings, adjust, initial_model

_FIRST, _STEP = 8, 3
"""Keyframes to start with, and to add at a time."""
_ROUNDS, _FIRST_ROUNDS = 6, 25
_WINDOW = 2 * SPAN
"""Keyframes that are adjusted while it grows; those before stay."""
_FINAL_ROUNDS = 60


def grow(turning: Array, seen: Sightings, focal: float, freedom: Freedom) -> Model:
    """Cameras that move, their points and the focal length.

    Args:
        turning: (K, 3, 3) world to camera, as if the camera only turned. focal: pixels, to start with.
    """
    count = len(turning)
    model = initial_model(turning, seen, focal)
    known = min(_FIRST, count)
    model = _adjusted(model, seen, 0, known, freedom, _FIRST_ROUNDS)
    while known < count:
        now = min(known + _STEP, count)
        model = _continued(model, turning, seen, known, now)
        model = _adjusted(model, seen, max(now - _WINDOW, 0), now, freedom, _ROUNDS)
        known = now
    return adjust(model, seen, freedom, _FINAL_ROUNDS)


def _continued(model: Model, turning: Array, seen: Sightings, known: int, now: int) -> Model:
    """New keyframes that turn as `turning` and move on as before; new points as far away as the others."""
    rotation, position = model.rotation.copy(), model.position.copy()
    speed = (position[known - 1] - position[max(known - 4, 0)]) / max(min(known - 1, 3), 1)
    for index in range(known, now):
        rotation[index] = turning[index] @ turning[index - 1].T @ rotation[index - 1]
        position[index] = position[index - 1] + speed
    recent = (seen.first < known) & (seen.first >= known - SPAN)
    new = (seen.first >= known) & (seen.first < now)
    usual = float(np.median(model.inverse[recent])) if recent.any() else 1.0
    at_first = np.flatnonzero(new[seen.point] & (seen.frame == seen.first[seen.point]))
    direction, origin, inverse = model.direction.copy(), model.origin.copy(), model.inverse.copy()
    rays = np.concatenate([seen.at[at_first] / model.focal, np.ones((len(at_first), 1))], axis=1)
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    direction[seen.point[at_first]] = np.einsum("nji,nj->ni", rotation[seen.frame[at_first]], rays)
    origin[new] = position[seen.first[new]]
    inverse[new] = max(usual, 0.05)
    return replace(model, rotation=rotation, position=position, direction=direction, origin=origin, inverse=inverse)


def _adjusted(model: Model, seen: Sightings, start: int, stop: int, freedom: Freedom, rounds: int) -> Model:
    """The model with the keyframes from `start` to `stop` and their points adjusted."""
    within = (seen.frame >= start) & (seen.frame < stop)
    points, point = np.unique(seen.point[within], return_inverse=True)
    first = np.maximum(seen.first[points] - start, 0)
    part = Sightings(seen.frame[within] - start, point, seen.at[within], first, seen.sigma)
    window = Model(
        model.rotation[start:stop], model.position[start:stop],
        model.direction[points], model.inverse[points], model.origin[points], model.focal,
    )  # fmt: skip
    held = 1 if start == 0 else SPAN // 2
    window = adjust(window, part, replace(freedom, held=held), rounds)
    rotation, position = model.rotation.copy(), model.position.copy()
    rotation[start:stop], position[start:stop] = window.rotation, window.position
    direction, inverse = model.direction.copy(), model.inverse.copy()
    direction[points], inverse[points] = window.direction, window.inverse
    return replace(
        model, rotation=rotation, position=position, direction=direction, inverse=inverse, focal=window.focal
    )
