"""Both hands of a person over all frames of the motion: solved where they are seen, relaxed where they are not."""

from __future__ import annotations

import numpy as np

from ...bodies.embedded import load_body_with_fingers
from ...geometry.projection import Pinhole
from ...geometry.rotations import make_continuous, quat_from_matrix
from ...take.observations import Observations
from ...take.resample import frame_interval
from ...take.take import FootageInfo
from ...typing import Array
from ..absence import held_in_gaps, ramp, rest_share, without_flickers
from ..filters import gaussian
from ..person_fit import Progress
from ..person_fit import part as part_of
from ..segments import Segment, nearest_of
from .angles import RELAXED
from .evidence import HandEvidence, hand_evidence
from .hand_fit import fit_hand
from .hand_model import HandModel
from .solved_hands import HandTracks

BRIDGED_S = 0.25
"""Hands that are not seen for longer than this relax."""

RELAXING_S, _WRIST_S = 0.3, 0.2
_FADE_S = 0.25
_DOUBTFUL = (0.3, 0.9)
_CALM_S = 0.18
_SHOWN = 0.25
"""Hands that are more relaxed than this count as not seen."""


def hand_tracks(
    observations: Observations,
    parts: tuple[Segment, ...],
    rest: Array,
    optics: Pinhole,
    footage: FootageInfo,
    progress: Progress = lambda share: None,
) -> HandTracks:
    """Solve the hands of a person.

    Args:
        progress: see `Progress`.
        observations: with hands. parts: stretches in which the person is seen. rest: see `HandTracks`.
    """
    first, last = parts[0].frames[0], parts[-1].frames[-1]
    count = int(last - first + 1)
    times = footage.times[first : last + 1]
    thumb = load_body_with_fingers().thumb_axis
    assert thumb is not None
    fingers = np.zeros((count, 2, 15, 4))
    wrists = np.tile([1.0, 0.0, 0.0, 0.0], (count, 2, 1))
    share, confidence = np.zeros((count, 2)), np.zeros((count, 2))
    for side in (0, 1):
        model = HandModel(rest, side, thumb)
        seen = hand_evidence(observations, side, footage)
        angles, certain, fade = np.tile(RELAXED, (count, 1)), np.zeros(count), np.zeros(count)
        for number, part in enumerate(parts):
            share_of = part_of(progress, (side + number / len(parts)) / 2, (side + (number + 1) / len(parts)) / 2)
            at = slice(part.frames[0] - first, part.frames[-1] - first + 1)
            sampled = _at_samples(seen, part)
            if not (sampled.weight > 0).any():
                continue
            hand = fit_hand(model, sampled, optics, part.interval, share_of)
            angles[at] = part.at_frames(hand.angles)
            wrists[at, side] = part.at_frames(make_continuous(quat_from_matrix(hand.turn)), rotations=True)
            certain[at] = part.at_frames(sampled.weight)
            steady = gaussian(_held(sampled.fade, sampled.weight > 0), _FADE_S / part.interval)
            fade[at] = part.at_frames(ramp(steady, _DOUBTFUL))
        held, away = held_in_gaps(angles, certain > 0, times, BRIDGED_S)
        strength = fade * rest_share(away, RELAXING_S)
        share[:, side] = fade * rest_share(away, _WRIST_S)
        confidence[:, side] = certain * (away <= 0) * (fade > _SHOWN)
        angles = RELAXED + (held - RELAXED) * strength[:, None]
        calm = gaussian(angles, _CALM_S / frame_interval(times))
        angles = calm + (angles - calm) * fade[:, None]  # what is hardly seen does not jump
        fingers[:, side] = quat_from_matrix(model.rotations(angles))
    fingers = make_continuous(fingers.reshape(count, 30, 4))
    return HandTracks(fingers, make_continuous(wrists), share, confidence, rest)


def _at_samples(seen: HandEvidence, part: Segment) -> HandEvidence:
    """The evidence at the samples of a stretch; without what shows up for a moment only."""
    own = seen.rows(part.seen)
    whole = part.spread((own.weight > 0).astype(float)) > 0.999
    weight = np.where(whole & part.observed(), part.spread(own.weight), 0.0)
    return HandEvidence(
        part.spread(own.pixels),
        part.spread(own.world),
        without_flickers(weight, part.interval),
        part.spread(own.trust),
        part.spread(own.size),
        part.spread(own.fade),
    )


def _held(values: Array, known: Array) -> Array:
    """Values (T,) where known, else the nearest known one."""
    rows = np.flatnonzero(known)
    return np.asarray(values[rows[nearest_of(rows, len(values))]])
