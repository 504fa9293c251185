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
from ..filters import gaussian
from ..person_fit import Progress
from ..person_fit import part as part_of
from ..segments import Segment, nearest_of
from .angles import RELAXED
from .evidence import HandEvidence, hand_evidence, ramp
from .hand_fit import fit_hand
from .hand_model import HandModel
from .solved_hands import HandTracks

BRIDGED_S = 0.25
"""Hands that are not seen for longer than this relax."""

RELAXING_S, _WRIST_S = 0.3, 0.2
_FLICKER_S = 0.1
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
        held, away = _held_angles(angles, certain > 0, times)
        strength = fade * _rest_share(away, RELAXING_S)
        share[:, side] = fade * _rest_share(away, _WRIST_S)
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
        _without_flickers(weight, part.interval),
        part.spread(own.trust),
        part.spread(own.size),
        part.spread(own.fade),
    )


def _without_flickers(weight: Array, interval: float) -> Array:
    """The weights without runs that are shorter than the gaps around them, and than a tenth of a second."""
    weight = weight.copy()
    runs = _runs(weight > 0)
    shortest = _FLICKER_S / interval
    for index, (start, stop) in enumerate(runs):
        before = start - (runs[index - 1][1] if index else 0)
        after = (runs[index + 1][0] if index + 1 < len(runs) else len(weight)) - stop
        if stop - start < shortest and min(before, after) > shortest:
            weight[start:stop] = 0
    return weight


def _runs(mask: Array) -> list[tuple[int, int]]:
    """Start and stop of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _held(values: Array, known: Array) -> Array:
    """Values (T,) where known, else the nearest known one."""
    rows = np.flatnonzero(known)
    return np.asarray(values[rows[nearest_of(rows, len(values))]])


def _held_angles(angles: Array, known: Array, times: Array) -> tuple[Array, Array]:
    """Angles (m, 21), in long gaps those at the nearer end of the gap; and seconds (m,) away from that end, else 0."""
    if not known.any():
        return np.tile(RELAXED, (len(angles), 1)), np.full(len(angles), np.inf)
    held, away = angles.copy(), np.zeros(len(angles))
    interval = frame_interval(times)
    for start, stop in _runs(~known):
        inside = start > 0 and stop < len(known)
        if inside and times[stop] - times[start - 1] - interval <= BRIDGED_S + 1e-6:
            continue
        for row in range(start, stop):
            ends = [end for end in (start - 1, stop) if 0 <= end < len(known)]
            end = min(ends, key=lambda each: abs(times[each] - times[row]))
            held[row], away[row] = angles[end], abs(times[end] - times[row])
    return held, away


def _rest_share(away: Array, over: float) -> Array:
    """1 where the hand is known, falling smoothly to 0 over so many seconds."""
    left = np.clip(1 - away / over, 0, 1)
    return np.asarray(left * left * (3 - 2 * left))
