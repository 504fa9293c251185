"""The face of a person over all frames of the motion: solved where it is seen, relaxed where it is not."""

from __future__ import annotations

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
from .evidence import face_weight
from .observed_faces import observed_faces
from .solved_face import FaceTrack

BRIDGED_S = 0.25
"""Faces that are not seen for longer than this relax."""

RELAXING_S, _TURN_S = 0.3, 0.2
_FADE_S = 0.25
_CALM_S, _HEAD_CALM_S = 0.1, 0.05
_MOVING = 0.08
"""Change of a coefficient that is half kept by the smoothing; larger ones are kept."""
_TREMBLES = 3.0
"""Likewise, in standard deviations of its noise."""
_MOVING_S = 0.05
HEAD_TURNED = (float(np.radians(75.0)), float(np.radians(60.0)))
"""From nothing to all that the head is believed, by how far it is turned from the line of sight."""


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
    weight = face_weight(observations)
    rows = np.flatnonzero(weight > 0)
    first, last = parts[0].frames[0], parts[-1].frames[-1]
    times = footage.times[first : last + 1]
    count = len(times)
    coefficients, certain, fade = np.zeros((count, N_FACE_UNITS)), np.zeros(count), np.zeros(count)
    turns, share = np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)), np.zeros(count)
    if len(rows):
        seen_at = footage.times[observations.frame_index[rows]]
        faces = observed_faces(observations, rows, optics, seen_at, settings, progress)
        heads = make_continuous(quat_from_matrix(faces.turns))
        reach = ramp(np.abs(faces.turned), HEAD_TURNED)
    for part in parts:
        own = np.flatnonzero(weight[part.seen] > 0)
        if not len(own):
            continue
        at = slice(part.frames[0] - first, part.frames[-1] - first + 1)
        nearest = np.searchsorted(rows, part.seen[own[nearest_of(own, len(part.seen))]])
        tracks = part.spread(faces.coefficients[nearest])
        coefficients[at] = part.at_frames(_calm(tracks, faces.trembling, part.interval))
        turning = local_quadratic(part.spread(heads[nearest], rotations=True), _HEAD_CALM_S / part.interval)
        turns[at] = part.at_frames(normalize(turning), rotations=True)
        certain[at] = part.at_frames(without_flickers(_weight_at_samples(part, weight), part.interval))
        steady = [gaussian(part.spread(each[nearest]), _FADE_S / part.interval) for each in (weight[rows], reach)]
        fade[at], share[at] = (np.clip(part.at_frames(each), 0, 1) for each in steady)
    held, away = held_in_gaps(coefficients, certain > 0, times, BRIDGED_S)
    turns = make_continuous(held_in_gaps(turns, certain > 0, times, BRIDGED_S)[0])
    coefficients = np.clip(held * (fade * rest_share(away, RELAXING_S))[:, None] * strengths(settings), 0, 1)
    return FaceTrack(coefficients, certain * (away <= 0), turns, share * fade * rest_share(away, _TURN_S))


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


def strengths(settings: FaceSettings) -> Array:
    """The user's factor for each unit (52,)."""
    groups = {"brow": settings.brows, "eye": settings.eyes}
    return np.array(
        [
            next((value for start, value in groups.items() if name.startswith(start)), settings.mouth)
            for name in FACE_UNITS
        ]
    )
