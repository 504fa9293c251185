"""What the face network shows of a face: its points at rest, how units of expression move them, and how they err.

Measured on rendered heads (`benchmarks/calibrate_face.py`). Networks do not show expressions as large as they are, nor
quite where they are, so that units as they are seen tell far more than the displacements of a mesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from ...geometry.face_units import FACE_UNIT
from ...typing import Array

N_POINTS: Final = 478
N_MESH: Final = 468
"""The points after these are those of the irises, whose z is not measured."""

UNOBSERVABLE: Final = (
    "cheekPuff",
    *("cheekSquintLeft", "cheekSquintRight"),
    *("jawForward", "mouthClose"),
    *("mouthDimpleLeft", "mouthDimpleRight", "mouthPressLeft", "mouthPressRight"),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *("noseSneerLeft", "noseSneerRight"),
    "tongueOut",
)
"""Units that the points do not show, or not apart from others: their coefficients are always 0."""

_STILL_M = 0.002
"""Points that some unit moves by this tell half as much about the head as others."""
_FLOOR_M, _DEPTH_FACTOR = 0.0006, 3.0
"""The network's errors on people are no smaller than this, and it knows depths worse than images."""


@dataclass(frozen=True)
class FaceModel:
    """A face as the network sees it, in the axes of the head at rest (x to the left of the person, y up, z to the
    front), meters, for a head of the embedded body's size.

    Attributes:
        points: (478, 3) from the head joint.
        names: of the U units that can be observed; units: (U, 478, 3), the points' displacement by each.
        modes: (M, 478, 3), of one standard deviation each: how all points err together, as the view changes.
        noise: (478, 3), standard deviation of what each errs apart from that.
    """

    points: Array
    names: tuple[str, ...]
    units: Array
    modes: Array
    noise: Array

    @property
    def indices(self) -> Array:
        """(U,) of the units among `FACE_UNITS`."""
        return np.array([FACE_UNIT[name] for name in self.names])

    def displacements(self, coefficients: Array) -> Array:
        """How units with coefficients (T, U) move the points, (T, 478, 3)."""
        return np.asarray((coefficients @ self.units.reshape(len(self.names), -1)).reshape(-1, *self.points.shape))

    @property
    def rigid_weights(self) -> Array:
        """(478,): heavy are points that expressions hardly move."""
        moved = np.linalg.norm(self.units, axis=-1).max(axis=0)
        weights = 1 / (1 + (moved / _STILL_M) ** 2)
        weights[N_MESH:] = 0
        return np.asarray(weights / weights.sum())


@cache
def load_face_model() -> FaceModel:
    """The model, read once."""
    with np.load(Path(__file__).with_name("face_model.npz"), allow_pickle=False) as stored:
        left, mirrored = _scaled(stored["units"], stored["units_m"]), stored["mirrored"].astype(int)
        names = [str(name) for name in stored["unit_names"]]
        units = dict(zip(names, left, strict=True))
        for name in names:
            other = name.replace("Left", "Right")
            if other in FACE_UNIT and other not in units:
                units[other] = units[name][mirrored] * np.array([-1.0, 1.0, 1.0])
        noise = np.sqrt(stored["noise"].astype(np.float64) ** 2 + _FLOOR_M**2) * np.array([1.0, 1.0, _DEPTH_FACTOR])
        ordered = sorted(units)
        return FaceModel(
            points=stored["points"].astype(np.float64),
            names=tuple(ordered),
            units=np.stack([units[name] for name in ordered]),
            modes=_scaled(stored["modes"], stored["modes_m"]),
            noise=noise,
        )


def _scaled(values: Array, largest: Array) -> Array:
    """Arrays (K, 478, 3) stored as int8 with the largest value (K,) of each."""
    return np.asarray(values.astype(np.float64) * (largest / np.iinfo(np.int8).max)[:, None, None])
