"""The face of a person over all frames of the motion: solved where it is seen, relaxed where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...geometry.face_units import FACE_UNITS, N_FACE_UNITS
from ...geometry.projection import Pinhole
from ...geometry.rotations import make_continuous, normalize, quat_from_matrix
from ...take.observations import Observations
from ...take.settings.face import FaceSettings
from ...take.take import FootageInfo
from ...typing import Array
from ..absence import held_in_gaps, ramp, rest_share, without_flickers
from ..filters import gaussian, local_quadratic, running_maximum
from ..person_fit import Progress
from ..segments import Segment, nearest_of
from .evidence import face_weight, sideways
from .face_model import FaceModel, load_face_model
from .metric_face import MetricFace, metric_face
from .neutral import resting_face
from .profile import seen_sides
from .solved_face import FaceTrack
from .unit_fit import UnitFit, tremble

BRIDGED_S = 0.25
"""Faces that are not seen for longer than this relax."""

_RELAXING_S, _TURN_S = 0.3, 0.2
_FADE_S = 0.25
_CALM_S, _HEAD_CALM_S = 0.1, 0.05
_MOVING = 0.08
"""Change of a coefficient that is half kept by the smoothing; larger ones are kept."""
_TREMBLES = 3.0
"""Likewise, in standard deviations of its noise."""
_MOVING_S = 0.05
_FRONT = np.radians(25.0)
"""Faces that are turned further to the side do not tell the face at rest."""
_MOST_LOOKED_AT = 400
_AROUND_S = 0.1
_HEAD_TURNED = np.radians((75.0, 60.0))
"""Further than this the face hardly tells how the head is turned."""


_CHUNK = 256
"""Frames whose points are in memory at once."""


@dataclass(frozen=True)
class _Observed:
    """The faces of n observations.

    Attributes:
        coefficients: (n, 52) frame by frame; trembling: (52,) how far they change from frame to frame without reason.
        turned: (n,) radians to the person's left from the line of sight. turns: (n, 3, 3) of the head in camera space.
    """

    coefficients: Array
    trembling: Array
    turned: Array
    turns: Array


def face_track(
    observations: Observations,
    parts: tuple[Segment, ...],
    optics: Pinhole,
    footage: FootageInfo,
    settings: FaceSettings,
    progress: Progress = lambda share: None,
) -> FaceTrack:
    """Solve the face of a person.

    Args:
        observations: with a face. parts: stretches in which the person is seen.
        progress: see `Progress`.
    """
    model, weight = load_face_model(), face_weight(observations)
    rows = np.flatnonzero(weight > 0)
    first, last = parts[0].frames[0], parts[-1].frames[-1]
    times = footage.times[first : last + 1]
    count = len(times)
    coefficients, certain, fade = np.zeros((count, N_FACE_UNITS)), np.zeros(count), np.zeros(count)
    turns, share = np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)), np.zeros(count)
    if len(rows):
        found = _observed(observations, rows, model, optics, footage, settings, progress)
        for part in parts:
            known = np.zeros(len(weight), bool)
            known[rows] = True
            own = np.flatnonzero(known[part.seen])
            if not len(own):
                continue
            at = slice(part.frames[0] - first, part.frames[-1] - first + 1)
            sampled = without_flickers(_weight_at_samples(part, weight), part.interval)
            place = np.searchsorted(rows, part.seen[own])
            nearest = own[nearest_of(own, len(part.seen))]
            back = np.searchsorted(own, nearest)
            tracks = part.spread(found.coefficients[place][back])
            coefficients[at] = part.at_frames(_calm(tracks, found.trembling, part.interval))
            heads = part.spread(make_continuous(quat_from_matrix(found.turns[place][back])), rotations=True)
            turns[at] = part.at_frames(normalize(local_quadratic(heads, _HEAD_CALM_S / part.interval)), rotations=True)
            certain[at] = part.at_frames(sampled)
            fade[at] = part.at_frames(gaussian(part.spread(weight[rows][place][back]), _FADE_S / part.interval))
            reach = ramp(np.abs(part.spread(found.turned[place][back])), (_HEAD_TURNED[0], _HEAD_TURNED[1]))
            share[at] = part.at_frames(gaussian(reach, _FADE_S / part.interval))
    held, away = held_in_gaps(coefficients, certain > 0, times, BRIDGED_S)
    turns = held_in_gaps(turns, certain > 0, times, BRIDGED_S)[0]
    fade = np.clip(fade, 0, 1)
    coefficients = np.clip(held * (fade * rest_share(away, _RELAXING_S))[:, None] * _strengths(settings), 0, 1)
    share = np.clip(share, 0, 1) * fade * rest_share(away, _TURN_S)
    return FaceTrack(coefficients, certain * (away <= 0), make_continuous(turns), share)


def _observed(
    observations: Observations,
    rows: Array,
    model: FaceModel,
    optics: Pinhole,
    footage: FootageInfo,
    settings: FaceSettings,
    progress: Progress,
) -> _Observed:
    """The faces of these rows."""
    times = footage.times[observations.frame_index[rows]]
    neutral = _neutral(observations, rows, times, model, optics, settings)
    fit = UnitFit(model, neutral)
    shown = np.concatenate([fit.evidence(faces.points) for _, faces in _faces(observations, rows, model, optics)])
    noise = fit.noise(shown)
    found = fit.coefficients(shown, noise)
    turned, rotations = np.empty(len(rows)), np.empty((len(rows), 3, 3))
    # Expressions turn the face as a whole a little: the head again, with them.
    for at, faces in _faces(observations, rows, model, optics, lambda at: neutral + model.displacements(found[at])):
        turned[at], rotations[at] = sideways(faces.turns, faces.positions), faces.turns
        progress(float(at.stop / len(rows)))
    every, trembling = np.zeros((len(rows), N_FACE_UNITS)), np.zeros(N_FACE_UNITS)
    every[:, model.indices] = seen_sides(found, model.names, turned, times)
    trembling[model.indices] = tremble(fit.unbounded(shown, noise))
    return _Observed(every, trembling, turned, rotations)


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


def _neutral(
    observations: Observations, rows: Array, times: Array, model: FaceModel, optics: Pinhole, settings: FaceSettings
) -> Array:
    """The person's face at rest (478, 3)."""
    if settings.neutral == "time":
        near = np.abs(times - settings.neutral_time)
        chosen = rows[near <= max(_AROUND_S, near.min())]
    else:
        chosen = rows[np.unique(np.linspace(0, len(rows) - 1, _MOST_LOOKED_AT).astype(int))]
    faces = [each for _, each in _faces(observations, chosen, model, optics)]
    points = np.concatenate([each.points for each in faces])
    if settings.neutral == "time":
        return np.asarray(np.median(points, axis=0))
    turned = np.abs(np.concatenate([sideways(each.turns, each.positions) for each in faces]))
    return resting_face(points[turned <= max(_FRONT, turned.min())], model)


def _weight_at_samples(part: Segment, weight: Array) -> Array:
    """Weight (T,) at the samples of a stretch; 0 where the frames around a sample do not all show the face."""
    own = weight[part.seen]
    whole = part.spread((own > 0).astype(float)) > 0.999
    return np.where(whole & part.observed(), part.spread(own), 0.0)


def _calm(tracks: Array, trembling: Array, interval: float) -> Array:
    """Tracks (T, U) without tremble, but with everything that moves: blinks last for a few frames only.

    Args:
        trembling: (U,) standard deviations.
    """
    calm = local_quadratic(tracks, _CALM_S / interval)
    off = np.abs(tracks - calm)
    reach = max(1, round(_MOVING_S / interval))
    moving = np.column_stack([running_maximum(each, reach) for each in off.T]) ** 2
    kept = np.maximum(_MOVING, _TREMBLES * trembling) ** 2
    return np.asarray(calm + (tracks - calm) * moving / (moving + kept))


def _strengths(settings: FaceSettings) -> Array:
    """The user's factor for each unit (52,)."""
    groups = {"brow": settings.brows, "eye": settings.eyes}
    return np.array(
        [
            next((value for start, value in groups.items() if name.startswith(start)), settings.mouth)
            for name in FACE_UNITS
        ]
    )
