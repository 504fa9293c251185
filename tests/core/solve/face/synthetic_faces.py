"""People whose faces move as a test says, as a perfect network sees them."""

from __future__ import annotations

import numpy as np

from romp_core.geometry.projection import Pinhole, project
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.solve.face.face_model import load_face_model
from romp_core.take.observations import Observations
from romp_core.take.take import FootageInfo

OPTICS = Pinhole(700.0, np.array([320.0, 240.0]))
FACING = np.diag([1.0, -1.0, -1.0])
"""From the axes of a face that looks at the camera to camera space."""


def image_of(points: np.ndarray, turns: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Pixels and depths (T, N, 3) in the unit of pixels at the face, of points (T, N, 3) in the head's axes."""
    placed = np.einsum("tij,tnj->tni", turns, points) + place
    depth = placed[..., 2:] * OPTICS.focal_px / placed[..., 2:].mean(axis=1, keepdims=True)
    return np.concatenate([project(placed, OPTICS.focal_px, OPTICS.center_px), depth], axis=-1)


def coefficients_of(count: int, **units: np.ndarray) -> np.ndarray:
    """Coefficients (T, U) of the model's units, those named as given."""
    model = load_face_model()
    values = np.zeros((count, len(model.names)))
    for name, value in units.items():
        values[:, model.names.index(name)] = value
    return values


def observed(
    coefficients: np.ndarray,
    rotvecs: np.ndarray | None = None,
    presence: np.ndarray | None = None,
    distance_m: float = 0.8,
    noise_m: float = 0.0002,
) -> Observations:
    """A person whose face is seen; landmarks of the body play no part.

    Args:
        coefficients: (T, U). rotvecs: (T, 3) of the head, which else looks at the camera. presence: (T,), else 1.
    """
    model, count = load_face_model(), len(coefficients)
    rng = np.random.default_rng(4)
    turns = FACING @ matrix_from_rotvec(np.zeros((count, 3)) if rotvecs is None else rotvecs)
    moved = model.points + model.displacements(coefficients) + rng.normal(0, noise_m, (count, 478, 3))
    presence = np.ones(count) if presence is None else presence
    points = image_of(moved, turns, np.array([0.05, 0.0, distance_m])) * (presence > 0)[:, None, None]
    nothing = np.zeros((count, 33, 3))
    return Observations(
        np.arange(count, dtype=np.int32),
        np.ones(count),
        nothing[..., :2],
        nothing[..., 0],
        nothing,
        face_points=points.astype(np.float32),
        face_presence=presence.astype(np.float32),
    )


def footage_of(count: int, fps: float = 30.0) -> FootageInfo:
    return FootageInfo("", 640, 480, fps, np.arange(count) / fps, np.arange(count, dtype=np.int32))
