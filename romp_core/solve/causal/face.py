"""The face of one person as it comes: each reading by itself, measured from the face at rest as far as that is known.

Faces are read beside the body, and not in every frame: between two readings they move on smoothly, and one that is not
seen any more relaxes.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from ...geometry.face_units import FACE_UNIT, N_FACE_UNITS
from ...geometry.projection import Pinhole
from ...geometry.rotations import quat_from_matrix
from ...take.settings.face import FaceSettings
from ...tracking.one_euro import OneEuro, OneEuroRotations
from ...typing import Array
from ..absence import ramp
from ..face.evidence import sideways, weight_of
from ..face.face_model import load_face_model
from ..face.joining import turn_head
from ..face.metric_face import metric_face
from ..face.neutral import resting_face
from ..face.observed_faces import FRONT
from ..face.profile import CLOSED, seen_sides
from ..face.tracks import BRIDGED_S, HEAD_TURNED, strengths
from ..face.unit_fit import UnitFit

_KEPT_EVERY_S, _MOST_KEPT = 0.2, 80
"""Faces that show the face at rest: how often one is kept, and how many."""
_LEARNED_AT = (1, 4, 12, 30, _MOST_KEPT)
"""Numbers of kept faces at which the face at rest is found anew."""

_WINDOW = 30
_UNIT_HZ, _UNIT_BETA = 3.0, 6.0
_HEAD_HZ, _HEAD_BETA = 3.0, 2.0
_SHARE_HZ = 2.0
"""Cutoffs at rest, and Hz more per unit or radian per second."""


class CausalFace:
    """The face of a person.

    Args:
        pinhole: the camera. settings: strengths.
    """

    def __init__(self, pinhole: Pinhole, settings: FaceSettings) -> None:
        self._model, self._pinhole, self._strengths = load_face_model(), pinhole, strengths(settings)
        self._kept: list[Array] = []
        self._kept_at = -np.inf
        self._fit: UnitFit | None = None
        self._neutral = self._model.points
        self._shown: deque[Array] = deque(maxlen=_WINDOW)
        self._seen_at = self._joined_at = -np.inf
        self._weight = self._reach = 0.0
        self._units, self._head = np.zeros(N_FACE_UNITS), np.array([1.0, 0.0, 0.0, 0.0])
        self._moving, self._trust = OneEuro(_UNIT_HZ, _UNIT_BETA), OneEuro(_SHARE_HZ, 0.0)
        self._turning = OneEuroRotations(_HEAD_HZ, _HEAD_BETA)

    def see(self, points: Array, presence: float, time: float) -> None:
        """Take in a face that is later than the one before, points (478, 3) as in `People`; time in seconds."""
        points = np.asarray(points, np.float64)[None]
        weight = float(weight_of(points, np.array([presence]))[0])
        if weight == 0:
            return
        if time - self._seen_at > BRIDGED_S:
            self._turning = OneEuroRotations(_HEAD_HZ, _HEAD_BETA)
        seen = metric_face(points, self._model.points, self._model.rigid_weights, self._pinhole)
        self._learn(seen.points[0], float(sideways(seen.turns, seen.positions)[0]), time)
        assert self._fit is not None
        self._shown.append(self._fit.evidence(seen.points)[0])
        found = self._fit.coefficients(self._shown[-1][None], self._fit.noise(np.stack(self._shown)))
        # Expressions turn the face as a whole a little: the head again, with them.
        shape = self._neutral + self._model.displacements(found)
        face = metric_face(points, shape, self._model.rigid_weights, self._pinhole)
        turned = sideways(face.turns, face.positions)
        units = np.zeros(N_FACE_UNITS)
        units[self._model.indices] = seen_sides(found, self._model.names, turned, np.array([time]))[0]
        self._units, self._head = self._with_gaze(units), quat_from_matrix(face.turns)[0]
        self._weight, self._reach, self._seen_at = weight, float(ramp(np.abs(turned), HEAD_TURNED)[0]), time

    def join(self, rotations: Array, time: float) -> tuple[Array, Array]:
        """Rotations (24, 4) of the body in camera space with the head as the face shows it, and coefficients (52,)."""
        elapsed, self._joined_at = min(time - self._joined_at, BRIDGED_S), time
        there = time - self._seen_at <= BRIDGED_S
        share = float(self._trust.update(np.array(self._weight if there else 0.0), elapsed))
        units = self._moving.update(self._units, elapsed) * share
        rotations = np.array(rotations, np.float64)[None]
        if np.isfinite(self._seen_at):
            head = self._turning.update(self._head, elapsed)
            turn_head(rotations, head[None], np.array([share * self._reach]))
        return rotations[0], np.clip(units * self._strengths, 0, 1)

    def _learn(self, face: Array, turned: float, time: float) -> None:
        """Keep a face that looks ahead now and then, and find the face at rest in them."""
        is_due = abs(turned) <= FRONT and time - self._kept_at >= _KEPT_EVERY_S
        if self._fit is not None and not (is_due and len(self._kept) < _MOST_KEPT):
            return
        self._kept.append(face)
        self._kept_at = time
        if self._fit is None or len(self._kept) in _LEARNED_AT:
            self._neutral = resting_face(np.stack(self._kept), self._model)
            self._fit = UnitFit(self._model, self._neutral)
            self._shown.clear()

    def _with_gaze(self, units: Array) -> Array:
        """Coefficients (52,) in which an eye that is closed looks where it looked."""
        for side in ("Left", "Right"):
            if units[FACE_UNIT[f"eyeBlink{side}"]] > CLOSED:
                gaze = [FACE_UNIT[f"eyeLook{way}{side}"] for way in ("In", "Out", "Up", "Down")]
                units[gaze] = self._units[gaze]
        return units
