"""Which frames show the face, how well, and where its points are in them."""

from __future__ import annotations

import numpy as np

from ...geometry.projection import Pinhole
from ...take.observations import Observations
from ...typing import Array
from ..absence import ramp
from .face_model import FaceModel
from .metric_face import MetricFace, metric_face

FULL_PX, NOTHING_PX = 60.0, 30.0
"""Height of a face from which on it is believed fully, and up to which it is not at all."""

_PRESENCE = (0.5, 0.9)
_CHUNK = 256
"""Frames whose points are in memory at once."""


def face_weight(observations: Observations) -> Array:
    """How far the face (n,) of each observation is believed, 0..1. `observations` must have a face."""
    points, presence = observations.face_points, observations.face_presence
    assert points is not None and presence is not None
    size = np.ptp(points[..., 1], axis=1)
    weight = ramp(np.asarray(presence, np.float64), _PRESENCE) * ramp(size, (NOTHING_PX, FULL_PX))
    return np.where(np.isfinite(points).all(axis=(1, 2)), weight, 0.0)


def chunks(rows: Array) -> list[Array]:
    """The rows in parts that are small enough to look at all their points at once."""
    return [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]


def seen_faces(
    observations: Observations, rows: Array, model: FaceModel, optics: Pinhole, shapes: Array | None = None
) -> MetricFace:
    """The faces of these rows, as metric ones.

    Args:
        shapes: (R, 478, 3) what they look like, if that is known better than by the model.
    """
    assert observations.face_points is not None
    points = np.asarray(observations.face_points[rows], np.float64)
    return metric_face(points, model.points if shapes is None else shapes, model.rigid_weights, optics)


def sideways(turns: Array, positions: Array) -> Array:
    """Angle (T,) by which heads are turned from the line of sight to them, about their own vertical."""
    to_camera = -np.einsum("tji,tj->ti", turns, positions)
    return np.asarray(np.arctan2(-to_camera[:, 0], to_camera[:, 2]))
