"""Nobody hovers: a person touches the floor about once a second, and mostly it is the depth that is wrong.

The floor is flat. Whoever seems to be above or below it is moved along the line of sight, which the picture does not
show, and a little up or down.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..rotations import Array, normalize
from .filters import gaussian

_TOUCH_S = 1.0
"""Longest time between two touches of the floor that is taken for a jump."""
_ALONG_VIEW, _ANYWHERE = 0.10, 0.03
"""Standard deviations of the root's error, metres: in depth, and in every direction."""
_ON_SOMETHING = (0.2, 0.4)
"""Distance from the floor at which a person begins to be, and surely is, on something else: stairs, a chair."""


def touches(soles: Array, interval: float) -> Array:
    """Slow curve (m,) through the lowest points of the soles' heights (m,): morphological opening, smoothed."""
    reach = min(max(round(_TOUCH_S / interval / 2), 1), len(soles) - 1)
    lowest = _extreme(soles, reach, np.min)
    opened = _extreme(lowest, reach, np.max)
    return gaussian(opened, _TOUCH_S / interval / 4)


def onto_floor(heights: Array, root: Array, eye: Array) -> Array:
    """Correction of the root (m, 3) that brings touches of the floor at `heights` (m,) to zero.

    Args:
        root: (m, 3) world; eye: (3,) the camera's place.
    """
    ray = normalize(root - eye)
    slope = ray[:, 2]
    variance = (_ALONG_VIEW * slope) ** 2 + _ANYWHERE**2
    covariance = _ALONG_VIEW**2 * slope[:, None] * ray + _ANYWHERE**2 * np.array([0.0, 0.0, 1.0])
    low, high = _ON_SOMETHING
    share = np.clip((high - np.abs(heights)) / (high - low), 0, 1)
    return np.asarray(-covariance * (heights * share / variance)[:, None])


def _extreme(values: Array, reach: int, pick: Callable[..., Array]) -> Array:
    """Running minimum or maximum over `reach` neighbours on either side."""
    padded = np.pad(values, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.asarray(pick(windows, axis=-1))
