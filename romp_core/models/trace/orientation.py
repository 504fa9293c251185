"""The orientation of bodies over time: sudden turns are held back until they prove to be real."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...typing import Array
from ..common.rotation_6d import matrix_from_6d

ROOT = slice(6, 12)
"""Orientation among the 159 parameters of a person."""
MAX_TURN_DEG = 140.0
"""Larger turns from one frame to the next are held back."""
MAX_HELD = 11
"""Frames for which a turn is held back; the orientation follows in the next one."""


def turn_between(a: Array, b: Array) -> float:
    """Angle in degrees between two rotations in 6D representation."""
    turn = matrix_from_6d(a.astype(np.float64)) @ matrix_from_6d(b.astype(np.float64)).T
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    return float(np.degrees(np.arctan2(np.linalg.norm(axis), np.trace(turn) - 1)))


class TurnGate:
    """Holds the orientation of a body while the network reports that the body turned around between two frames.

    A real turn is followed after `MAX_HELD` frames, and is then what the next frames are compared with.

    Args:
        start: (6,) the first orientation.

    Attributes:
        held: how many turns were held back in a row.
    """

    def __init__(self, start: Array) -> None:
        self._last = start
        self.held = 0

    def update(self, root: Array, inherited: bool) -> Array:
        """The orientation (6,) to use; frames without a measurement (`inherited`) neither count nor end a row."""
        if inherited:
            return self._last
        if self.held < MAX_HELD and turn_between(self._last, root) > MAX_TURN_DEG:
            self.held += 1
        else:
            self._last, self.held = root, 0
        return self._last


class OrientationGates:
    """A gate for every track; see `policy.PoseSmoothing`."""

    def __init__(self) -> None:
        self._gates: dict[int, TurnGate] = {}

    def smooth(self, ids: Array, params: Array, inherited: Array, times: Sequence[float]) -> Array:
        """Parameters (n, T, 159) with their orientations gated; inherited: (n, T) bool."""
        gated = params.copy()
        for row, id in enumerate(ids.tolist()):
            measured = np.flatnonzero(~inherited[row])
            if id not in self._gates and len(measured):
                self._gates[id] = TurnGate(params[row, measured[0], ROOT].copy())
            if (gate := self._gates.get(id)) is not None:
                for values, skipped in zip(gated[row], inherited[row], strict=True):
                    values[ROOT] = gate.update(values[ROOT].copy(), bool(skipped))
        return gated

    def keep(self, ids: set[int]) -> None:
        """Forget all other tracks."""
        self._gates = {id: gate for id, gate in self._gates.items() if id in ids}
