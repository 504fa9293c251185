"""How the release of TRACE smooths poses: a gate for turns that reads its input in another order, and One-Euro."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..models.common.rotation_6d import matrix_from_6d
from ..models.trace.orientation import MAX_HELD, MAX_TURN_DEG, ROOT
from ..tracking.one_euro import OneEuro
from ..typing import Array

_POSE_AND_SHAPE = slice(12, 159)


def reference_turn_between(a: Array, b: Array) -> float:
    """Angle in degrees between two rotations in 6D representation, read one column after the other, as nowhere else."""
    a, b = (each.reshape(2, 3).T.ravel() for each in (a, b))  # into the usual order
    turn = matrix_from_6d(a.astype(np.float64)) @ matrix_from_6d(b.astype(np.float64)).T
    diagonal = np.diag(turn)
    around = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    if diagonal.sum() > 0:
        return _angle(1 + diagonal.sum(), around)
    # In this order the second column may be parallel to the first, and then this is no rotation: which axis is divided
    # by matters.
    axis = 0 if diagonal[0] > max(diagonal[1:]) else 1 if diagonal[1] > diagonal[2] else 2
    parts = turn[axis] + turn[:, axis]
    parts[axis] = 1 + 2 * diagonal[axis] - diagonal.sum()
    return _angle(abs(around[axis]), parts)


def _angle(real: float, imaginary: Array) -> float:
    """Degrees of a quaternion of any length."""
    return float(2 * np.degrees(np.arctan2(np.linalg.norm(imaginary), real)))


class ReferenceTurnGate:
    """Holds sudden turns back; after a real one it lets everything through, and keeps comparing with the time before.

    Args:
        start: (6,) the first orientation.

    Attributes:
        held: how many turns were held back in a row.
    """

    def __init__(self, start: Array) -> None:
        self._last = start
        self.held = 0

    def update(self, root: Array, inherited: bool) -> Array:
        """The orientation (6,) to use."""
        if inherited:
            self.held = 0
            return self._last
        if reference_turn_between(self._last, root) <= MAX_TURN_DEG:
            self._last, self.held = root, 0
            return root
        if self.held >= MAX_HELD:
            return root
        self.held += 1
        return self._last


class _Person:
    """State of one person; without a gate if there was no measurement of them in their first clip."""

    def __init__(self, roots: Array, inherited: Array, rate: float) -> None:
        first = np.flatnonzero(~inherited)
        self.gate = ReferenceTurnGate(roots[first[0]]) if len(first) else None
        self._filter, self._elapsed = OneEuro(derivative_of="filtered"), 1 / rate
        self._filtered: Array | None = None

    def filter(self, values: Array, inherited: bool) -> Array:
        """Pose and shape (147,), filtered."""
        if not inherited:
            self._filtered = self._filter.update(values, self._elapsed)
        return values if self._filtered is None else self._filtered


class ReferenceSmoothing:
    """See `models.trace.policy.PoseSmoothing`."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self.people: dict[int, _Person] = {}

    def smooth(self, ids: Array, params: Array, inherited: Array, times: Sequence[float]) -> Array:
        """Parameters (n, T, 159) of a clip; inherited: (n, T) bool."""
        smoothed = params.copy()
        for row, id in enumerate(ids.tolist()):
            if id not in self.people:
                self.people[id] = _Person(params[row, :, ROOT], inherited[row], self._rate)
            person = self.people[id]
            for values, skipped in zip(smoothed[row], inherited[row], strict=True):
                if person.gate is not None:
                    values[ROOT] = person.gate.update(values[ROOT].copy(), bool(skipped))
                values[_POSE_AND_SHAPE] = person.filter(values[_POSE_AND_SHAPE].copy(), bool(skipped))
        return smoothed

    def keep(self, ids: set[int]) -> None:
        """Forget all other tracks."""
        self.people = {id: person for id, person in self.people.items() if id in ids}
