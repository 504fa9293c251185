"""Tracks the region of one person from frame to frame: it follows from the last landmarks, lightly filtered."""

from __future__ import annotations

import math

from ...tracking.one_euro import OneEuro
from .landmark_network import HIPS, TOP, Pose
from .region import EXPANSION, Region, body_region

_MIN_CUTOFF_HZ = 0.01
_BETA = 10.0


class RegionFilter:
    """The region in which the network should find a person in the next frame."""

    def __init__(self) -> None:
        self._filter = OneEuro(_MIN_CUTOFF_HZ, _BETA)
        self._time = -math.inf

    def update(self, pose: Pose, time: float) -> Region:
        """Region for the next frame; `time` of the pose in seconds, increasing."""
        body_side = pose.body.side / EXPANSION
        elapsed = min(max(time - self._time, 1e-3), 1.0)
        hips, top = self._filter.update(pose.points[[HIPS, TOP], :2], elapsed, speed_scale=1.0 / max(body_side, 1e-6))
        self._time = time
        return body_region(hips, top)
