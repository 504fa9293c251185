"""The region of a body."""

from __future__ import annotations

import math

import numpy as np

from ...typing import Array
from ..common.region import Region, angle_towards

EXPANSION = 1.25
"""The landmark network was trained on squares this much larger than the circle around the body."""


def body_region(hips: Array, top: Array) -> Region:
    """Region of a body: `hips` (2,) mid-hip, `top` (2,) a point on the circle around the whole body, pixels."""
    side = 2 * float(np.hypot(*(top - hips))) * EXPANSION
    return Region(float(hips[0]), float(hips[1]), side, angle_towards(hips, top, math.pi / 2))
