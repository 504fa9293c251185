"""Poses over time: sudden turns of the whole body are held back, and the rest is low-passed where that is wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...tracking.one_euro import OneEuro
from ...typing import Array
from ..common.rotation_6d import matrix_from_6d
from .policy import TraceSettings

ROOT = slice(6, 12)
POSE_AND_SHAPE = slice(12, 159)
_LARGEST_TURN_DEG, _MOST_HELD = 140.0, 10


def turn_between(a: Array, b: Array, quirks: bool = False) -> float:
    """Angle in degrees between two rotations of six numbers.

    Args:
        quirks: read the numbers as the reference does here: one column after the other, as nowhere else.
    """
    if quirks:  # brought into the usual order
        a, b = (each.reshape(2, 3).T.ravel() for each in (a, b))
    turn = matrix_from_6d(a.astype(np.float64)) @ matrix_from_6d(b.astype(np.float64)).T
    sizes = np.diag(turn)
    around = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    if sizes.sum() > 0:
        return _angle(1 + sizes.sum(), around)
    # In the reference's order the second column may be parallel to the first, and then this is no rotation: which axis
    # is divided by matters.
    axis = 0 if sizes[0] > max(sizes[1:]) else 1 if sizes[1] > sizes[2] else 2
    parts = turn[axis] + turn[:, axis]
    parts[axis] = 1 + 2 * sizes[axis] - sizes.sum()
    return _angle(abs(around[axis]), parts)


def _angle(real: float, imaginary: Array) -> float:
    """Degrees of a quaternion of any length."""
    return float(2 * np.degrees(np.arctan2(np.linalg.norm(imaginary), real)))


class TurnGate:
    """Holds the orientation of a body while it says that the body turned round from one frame to the next.

    Args:
        start: (6,) the first orientation.
        quirks: see `turn_between`.

    Attributes:
        held: how many turns were held back in a row.
    """

    def __init__(self, start: Array, quirks: bool) -> None:
        self._last, self._quirks = start, quirks
        self.held = 0

    def update(self, root: Array, inherited: bool) -> Array:
        """The orientation (6,) to go on with."""
        if inherited:
            self.held = 0
            return self._last
        if turn_between(self._last, root, self._quirks) <= _LARGEST_TURN_DEG:
            self._last, self.held = root, 0
            return root
        if self.held > _MOST_HELD:
            return root
        self.held += 1
        return self._last


class PersonSmoothing:
    """State of one person.

    Attributes:
        gate: None for those who were not seen in their first clip.
    """

    def __init__(self, roots: Array, inherited: Array, settings: TraceSettings) -> None:
        first = np.flatnonzero(~inherited)
        self.gate = TurnGate(roots[first[0]], settings.quirks) if len(first) else None
        self._filter = OneEuro(aliased=True)
        self._filtered: Array | None = None
        self._time = 0.0

    def filter(self, values: Array, inherited: bool, time: float, rate: float) -> Array:
        """Pose and shape (147,), filtered."""
        if not inherited:
            elapsed = 1 / rate if rate else max(time - self._time, 1e-3)
            self._filtered, self._time = self._filter.update(values, elapsed), time
        return values if self._filtered is None else self._filtered


class Smoothing:
    """Everybody's."""

    def __init__(self, settings: TraceSettings) -> None:
        self._settings = settings
        self.people: dict[int, PersonSmoothing] = {}

    def smooth(self, ids: Array, params: Array, inherited: Array, times: Sequence[float]) -> Array:
        """Parameters (n, T, 159) of a clip; inherited: (n, T) bool, frames that say nothing of the person."""
        smoothed = params.copy()
        for row, id in enumerate(ids.tolist()):
            if id not in self.people:
                self.people[id] = PersonSmoothing(params[row, :, ROOT], inherited[row], self._settings)
            person = self.people[id]
            for values, skipped, time in zip(smoothed[row], inherited[row], times, strict=True):
                if person.gate is not None:
                    values[ROOT] = person.gate.update(values[ROOT].copy(), bool(skipped))
                if self._settings.smooth:
                    filtered = person.filter(values[POSE_AND_SHAPE].copy(), bool(skipped), time, self._settings.rate)
                    values[POSE_AND_SHAPE] = filtered
        return smoothed

    def keep(self, ids: set[int]) -> None:
        """Forget everybody else."""
        self.people = {id: person for id, person in self.people.items() if id in ids}
