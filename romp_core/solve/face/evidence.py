"""Which frames show the face, how well, and from which side."""

from __future__ import annotations

import numpy as np

from ...take.observations import Observations
from ...typing import Array
from ..absence import ramp

FULL_PX, NOTHING_PX = 60.0, 30.0
"""Height of a face from which on it is believed fully, and up to which it is not at all."""

_PRESENCE = (0.5, 0.9)


def face_weight(observations: Observations) -> Array:
    """How far the face (n,) of each observation is believed, 0..1. `observations` must have a face."""
    assert observations.face_points is not None and observations.face_presence is not None
    return weight_of(observations.face_points, observations.face_presence)


def weight_of(points: Array, presence: Array) -> Array:
    """How far faces with these points (n, 478, 3) and presences (n,) are believed, (n,) 0..1."""
    size = np.ptp(points[..., 1], axis=1)
    weight = ramp(np.asarray(presence, np.float64), _PRESENCE) * ramp(size, (NOTHING_PX, FULL_PX))
    return np.where(np.isfinite(points).all(axis=(1, 2)), weight, 0.0)


def sideways(turns: Array, positions: Array) -> Array:
    """Angle (T,) by which heads are turned from the line of sight to them, about their own vertical."""
    to_camera = -np.einsum("tji,tj->ti", turns, positions)
    return np.asarray(np.arctan2(-to_camera[:, 0], to_camera[:, 2]))
