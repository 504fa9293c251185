"""Feet that stand in a motion from elsewhere, which does not say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..geometry.fingers import SIDES
from ..solve.contacts.detection import runs
from ..typing import Array
from .body_motion import BodyMotion

_SPEED = 0.25
"""Meters per second below which a foot near the floor stands, for a leg of `_LEG_M`."""
_LEG_M = 0.8
_NEAR_M = 0.06
"""Height above its lowest of the clip up to which a foot is near the floor."""
_SHORTEST_S = 0.1


def find_contacts(motion: BodyMotion, fps: float) -> BodyMotion:
    """The motion with its contacts, from speed and height of the balls of the feet, or of the ankles."""
    size = motion.rest.leg_length / _LEG_M
    contacts = np.zeros((len(motion), 2), dtype=bool)
    for side, name in enumerate(SIDES):
        foot = motion.positions.get(f"{name}_foot", motion.positions.get(f"{name}_ankle"))
        if foot is None or len(motion) < 2:
            continue
        speed = np.linalg.norm(np.gradient(foot, axis=0), axis=1) * fps
        stands = (speed < _SPEED * size) & (foot[:, 2] < np.quantile(foot[:, 2], 0.02) + _NEAR_M * size)
        contacts[:, side] = _without_short(stands, max(1, round(_SHORTEST_S * fps)))
    return replace(motion, contacts=contacts)


def _without_short(flags: Array, shortest: int) -> Array:
    """True only in stretches of at least this many frames."""
    kept = np.zeros_like(flags)
    for start, stop in runs(flags):
        kept[start:stop] = stop - start >= shortest
    return kept
