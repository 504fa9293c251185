"""What hides parts of a face: a head turned to the side hides half of it, a lid hides the eye."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from ..absence import ramp

_PROFILE = np.radians((30.0, 50.0))
"""Turned further than this, the far side does as the near one does, and looks are not seen."""
CLOSED = 0.3
"""A lid that is lower than this hides where the eye looks."""


def seen_sides(coefficients: Array, names: tuple[str, ...], turned: Array, times: Array) -> Array:
    """Coefficients (T, U) without what cannot be seen.

    Args:
        turned: (T,) radians by which the head is turned to the person's left. times: (T,) seconds.
    """
    found = coefficients.copy()
    index = {name: position for position, name in enumerate(names)}
    for side in ("Left", "Right"):
        gaze = [position for name, position in index.items() if name.startswith("eyeLook") and name.endswith(side)]
        open_ = found[:, index[f"eyeBlink{side}"]] < CLOSED
        if open_.any():
            for look in gaze:
                found[:, look] = np.interp(times, times[open_], found[open_, look])
    hidden = ramp(np.abs(turned), (_PROFILE[0], _PROFILE[1]))
    for name, near in index.items():
        if name.startswith("eyeLook"):
            found[:, near] *= 1 - hidden
        elif name.endswith("Left") and name not in ("jawLeft", "mouthLeft"):
            far = index[name.removesuffix("Left") + "Right"]
            left, right = found[:, near].copy(), found[:, far].copy()
            found[:, near] += np.where(turned > 0, hidden * (right - left), 0)
            found[:, far] += np.where(turned < 0, hidden * (left - right), 0)
    return found
