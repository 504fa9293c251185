"""Nobody hovers: a person touches the floor about once a second, and mostly it is the depth that is wrong.

The floor is flat. Whoever seems to be above or below it is moved along the line of sight, which the image does not
show, and a little up or down.
"""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import normalize
from ...typing import Array
from ..filters import gaussian, running_maximum

_TOUCH_S = 1.0
"""Longest time between two touches of the floor that is taken for a jump."""
_ANYWHERE = 0.03
"""Standard deviation of the root's error in every direction, meters."""


def touches(soles: Array, interval: float) -> Array:
    """Slow curve (m,) through the lowest points of the soles' heights (m,): morphological opening, smoothed."""
    reach = min(max(round(_TOUCH_S / interval / 2), 1), len(soles) - 1)
    lowest = -running_maximum(-soles, reach)
    return gaussian(running_maximum(lowest, reach), _TOUCH_S / interval / 4)


def onto_floor(heights: Array, root: Array, eye: Array, depth_error: float) -> Array:
    """Likeliest correction of the root (m, 3) that lowers it by `heights` (m,).

    Args:
        root: (m, 3) world; eye: (3,) the camera's place.
        depth_error: standard deviation of the root's depth, meters; in every direction it errs by a few centimeters.
    """
    ray = normalize(root - eye)
    slope = ray[:, 2]
    variance = (depth_error * slope) ** 2 + _ANYWHERE**2
    covariance = depth_error**2 * slope[:, None] * ray + _ANYWHERE**2 * np.array([0.0, 0.0, 1.0])
    return np.asarray(-covariance * (heights / variance)[:, None])
