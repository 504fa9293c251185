"""The faces of a person in the frames that show one, each by itself, measured from the person's face at rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...geometry.face_units import N_FACE_UNITS
from ...geometry.projection import Pinhole
from ...take.observations import Observations
from ...take.settings.face import FaceSettings
from ...typing import Array
from ..person_fit import Progress
from .evidence import sideways
from .face_model import FaceModel, load_face_model
from .metric_face import MetricFace, metric_face
from .neutral import resting_face
from .profile import seen_sides
from .unit_fit import UnitFit, tremble

FRONT = np.radians(25.0)
"""Faces that are turned further to the side do not tell the face at rest."""
_MOST_LOOKED_AT = 400
_AROUND_S = 0.1
_CHUNK = 256
"""Frames whose points are in memory at once."""


@dataclass(frozen=True)
class ObservedFaces:
    """The faces of n observations.

    Attributes:
        coefficients: (n, 52) frame by frame; trembling: (52,) how far they change from frame to frame without reason.
        turned: (n,) radians to the person's left from the line of sight. turns: (n, 3, 3) of the head in camera space.
    """

    coefficients: Array
    trembling: Array
    turned: Array
    turns: Array


def observed_faces(
    observations: Observations, rows: Array, optics: Pinhole, times: Array, settings: FaceSettings, progress: Progress
) -> ObservedFaces:
    """The faces of observations with these rows (n,), all of which show one.

    Args:
        times: (n,) seconds. progress: see `Progress`.
    """
    model = load_face_model()
    neutral = _neutral(observations, rows, model, optics, times, settings)
    fit = UnitFit(model, neutral)
    shown = np.concatenate([fit.evidence(faces.points) for _, faces in _faces(observations, rows, model, optics)])
    noise = fit.noise(shown)
    found = fit.coefficients(shown, noise)
    turned, turns = np.empty(len(rows)), np.empty((len(rows), 3, 3))
    # Expressions turn the face as a whole a little: the head again, with them.
    for at, faces in _faces(observations, rows, model, optics, lambda at: neutral + model.displacements(found[at])):
        turned[at], turns[at] = sideways(faces.turns, faces.positions), faces.turns
        progress(float(at.stop / len(rows)))
    coefficients, trembling = np.zeros((len(rows), N_FACE_UNITS)), np.zeros(N_FACE_UNITS)
    coefficients[:, model.indices] = seen_sides(found, model.names, turned, times)
    trembling[model.indices] = tremble(fit.unbounded(shown, noise))
    return ObservedFaces(coefficients, trembling, turned, turns)


def _neutral(
    observations: Observations, rows: Array, model: FaceModel, optics: Pinhole, times: Array, settings: FaceSettings
) -> Array:
    """The person's face at rest (478, 3)."""
    by_user = settings.neutral == "time"
    if by_user:
        near = np.abs(times - settings.neutral_time)
        chosen = rows[near <= max(_AROUND_S, near.min())]
    else:
        chosen = rows[np.unique(np.linspace(0, len(rows) - 1, _MOST_LOOKED_AT).astype(int))]
    faces = [each for _, each in _faces(observations, chosen, model, optics)]
    points = np.concatenate([each.points for each in faces])
    if by_user:
        return np.asarray(np.median(points, axis=0))
    turned = np.abs(np.concatenate([sideways(each.turns, each.positions) for each in faces]))
    return resting_face(points[turned <= max(FRONT, turned.min())], model)


def _faces(
    observations: Observations,
    rows: Array,
    model: FaceModel,
    optics: Pinhole,
    shape_of: Callable[[slice], Array | None] = lambda at: None,
) -> Iterator[tuple[slice, MetricFace]]:
    """The faces of these rows, a few at a time, as all their points take much memory; with where they are in `rows`.

    Args:
        shape_of: what they look like (R, 478, 3), if that is known better than by the model.
    """
    assert observations.face_points is not None
    for start in range(0, len(rows), _CHUNK):
        at = slice(start, min(start + _CHUNK, len(rows)))
        points, shapes = np.asarray(observations.face_points[rows[at]], np.float64), shape_of(at)
        yield at, metric_face(points, model.points if shapes is None else shapes, model.rigid_weights, optics)
