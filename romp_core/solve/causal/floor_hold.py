"""Keeps a person on the floor while nobody knows what comes next: feet neither sink nor hover for long."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from ..contacts.soles import sole_heights

_UP_S, _DOWN_S = 0.1, 0.6
"""Time constants: of raising who sinks, and of lowering who hovers, which may be a jump."""
_SUNK_M, _JUMP_M = 0.05, 1.0
"""Nobody sinks deeper or jumps higher than this: who seems to is at another distance from the camera, at once."""


class FloorHold:
    """The height above the floor by which one person is off, slowly taken back."""

    def __init__(self) -> None:
        self._off: float | None = None

    def offset(self, joints: Array, rest_joints: Array, elapsed: float) -> float:
        """Meters to move the person upward.

        Args:
            joints: (24, 3) in the world, before; rest_joints: (24, 3); elapsed: seconds since the last pose.
        """
        lowest = float(sole_heights(joints[None], rest_joints).min())
        if self._off is None:
            self._off = lowest
        time = _UP_S if lowest < self._off else _DOWN_S
        self._off += (lowest - self._off) * (1 - float(np.exp(-elapsed / time)))
        self._off = min(max(self._off, lowest - _JUMP_M), lowest + _SUNK_M)
        return -self._off
