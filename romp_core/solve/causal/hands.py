"""Hands of one person as they come: the offline fit over the last moments, as for the body, of which the end is given.

Hands are read beside the body, and not in every frame: between two readings they stay as they are, and one that is not
seen any more relaxes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from ...bodies.embedded import load_body_with_fingers
from ...geometry.fingers import N_FINGERS, WRISTS
from ...geometry.projection import Pinhole
from ...geometry.rotations import matrix_from_quat, quat_conjugate, quat_from_matrix, quat_multiply, slerp
from ...geometry.skeleton import PARENTS, forward_kinematics
from ...tracking.one_euro import OneEuro, OneEuroRotations
from ...typing import Array
from ..hands.angles import RELAXED
from ..hands.evidence import HandEvidence, clear_evidence
from ..hands.hand_fit import Hand, guessed_hand, refine_hand, within_reach
from ..hands.hand_model import HandModel
from ..hands.joining import reach, turn_wrist
from ..hands.tracks import BRIDGED_S

_SPACING_S = 1 / 30
_SAMPLES = 5
_FIRST, _NEXT = 8, 2
"""Iterations for the first frame, and for the later ones, which start close to the solution."""

_ANGLE_HZ, _ANGLE_BETA = 4.0, 1.0
_WRIST_HZ, _WRIST_BETA = 4.0, 1.0
"""Cutoffs at rest, and Hz more per radian per second."""

_SHARE_HZ = 2.0
_SEEN = 0.25
"""Hands that are believed less than this count as not seen."""


@dataclass
class _Last:
    """What the last frames showed of one hand: the window with the fit of its samples, and what is made of it."""

    seen: deque[tuple[float, HandEvidence]] = field(default_factory=deque)
    times: Array = field(default_factory=lambda: np.zeros(0))
    hand: Hand | None = None
    bending: OneEuro = field(default_factory=lambda: OneEuro(_ANGLE_HZ, _ANGLE_BETA))
    turning: OneEuroRotations = field(default_factory=lambda: OneEuroRotations(_WRIST_HZ, _WRIST_BETA))
    trust: OneEuro = field(default_factory=lambda: OneEuro(_SHARE_HZ, 0.0))

    def believed(self, time: float) -> float:
        """How far the hand counts at this time."""
        if not self.seen or time - self.seen[-1][0] > BRIDGED_S:
            return 0.0
        fade = float(self.seen[-1][1].fade[0])
        return fade if fade > _SEEN else 0.0


class CausalHands:
    """Both hands of a person.

    Args:
        rest: (40, 3) finger joints and tips at rest, from the wrist, meters. pinhole: the camera.
    """

    def __init__(self, rest: Array, pinhole: Pinhole) -> None:
        thumb = load_body_with_fingers().thumb_axis
        assert thumb is not None
        self._models = [HandModel(rest, side, thumb) for side in range(len(WRISTS))]
        self._pinhole = pinhole
        self._hands = [_Last() for _ in WRISTS]
        self._time = -np.inf

    def see(
        self, points: Array, world: Array, presence: Array, right: Array, size: tuple[int, int], time: float
    ) -> None:
        """Take in the hands of the frame at `time` seconds, later than the one before.

        Args:
            points, world: (2, 21, 3), presence, right: (2,): as in `People`. size: width and height of the image.
        """
        for side, one in enumerate(self._hands):
            fits = right[side] if side else 1 - right[side]
            shown = [np.asarray(part, np.float64)[None] for part in (points[side], world[side], presence[side], fits)]
            evidence = clear_evidence(shown[0], shown[1], shown[2], shown[3], size)
            if one.seen and time - one.seen[-1][0] > BRIDGED_S:
                one = self._hands[side] = _Last(trust=one.trust)
            if evidence.weight[0] > 0:
                self._fit(one, self._models[side], evidence, time)

    def join(self, rotations: Array, time: float) -> tuple[Array, Array]:
        """Rotations (24, 4) of the body in camera space with the wrists of the hands, and fingers (30, 4)."""
        elapsed, self._time = min(time - self._time, BRIDGED_S), time
        rotations = np.array(rotations, np.float64)[None]
        turned = forward_kinematics(rotations[0], np.zeros(3), np.zeros((len(PARENTS), 3)))[1]
        fingers = np.empty((len(WRISTS), N_FINGERS // 2, 4))
        for side, (one, wrist) in enumerate(zip(self._hands, WRISTS, strict=True)):
            share = float(one.trust.update(np.array(one.believed(time)), elapsed))
            angles = RELAXED
            if one.hand is not None:
                angles = RELAXED + (one.bending.update(one.hand.angles[-1], elapsed) - RELAXED) * share
                palm = one.turning.update(quat_from_matrix(one.hand.turn[-1:])[0], elapsed)
                turn, possible = reach(quat_multiply(quat_conjugate(turned[PARENTS[wrist]]), palm)[None])
                turn_wrist(rotations, side, turn * (possible * share)[:, None])
            fingers[side] = quat_from_matrix(self._models[side].rotations(angles[None]))[0]
        return rotations[0], fingers.reshape(N_FINGERS, 4)

    def _fit(self, one: _Last, model: HandModel, evidence: HandEvidence, time: float) -> None:
        one.seen.append((time, evidence))
        while len(one.seen) > 2 and one.seen[1][0] < time - (_SAMPLES - 1) * _SPACING_S:
            one.seen.popleft()
        count = 1 + int(np.clip(round((time - one.seen[0][0]) / _SPACING_S), 0, _SAMPLES - 1))
        times = time - _SPACING_S * np.arange(count)[::-1]
        seen = _sampled(one.seen, times)
        hand = guessed_hand(model, seen, self._pinhole) if one.hand is None else _at(one.times, one.hand, times)
        iterations = _FIRST if one.hand is None else _NEXT
        for number in range(iterations):
            hand = refine_hand(model, hand, seen, self._pinhole, _SPACING_S, careful=number < iterations // 2)
        one.times, one.hand = times, within_reach(hand)


def _sampled(seen: deque[tuple[float, HandEvidence]], times: Array) -> HandEvidence:
    """The evidence at even times, straight between readings."""
    known = np.array([time for time, _ in seen])
    columns = zip(*(vars(evidence).values() for _, evidence in seen), strict=True)
    stacked = [np.concatenate(column) for column in columns]
    if len(known) == 1:
        return HandEvidence(*(values[np.zeros(len(times), int)] for values in stacked))
    before = np.clip(np.searchsorted(known, times, side="right") - 1, 0, len(known) - 2)
    share = ((times - known[before]) / (known[before + 1] - known[before])).clip(0, 1)
    parts = [share.reshape(-1, *[1] * (values.ndim - 1)) for values in stacked]
    return HandEvidence(
        *(values[before] * (1 - part) + values[before + 1] * part for values, part in zip(stacked, parts, strict=True))
    )


def _at(known: Array, hand: Hand, times: Array) -> Hand:
    """The last solution at these times; beyond its ends it stays as it is."""
    if len(known) == 1:
        rows = np.zeros(len(times), int)
        return Hand(hand.wrist[rows], hand.turn[rows], hand.angles[rows])
    before = np.clip(np.searchsorted(known, times, side="right") - 1, 0, len(known) - 2)
    share = ((times - known[before]) / (known[before + 1] - known[before])).clip(0, 1)
    turns = quat_from_matrix(hand.turn)
    turn = matrix_from_quat(slerp(turns[before], turns[before + 1], share))
    wrist, angles = (
        values[before] + (values[before + 1] - values[before]) * share[:, None] for values in (hand.wrist, hand.angles)
    )
    return Hand(wrist, turn, angles)
