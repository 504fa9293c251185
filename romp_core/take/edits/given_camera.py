"""The camera as the user knows it, from another program or a scene, instead of what the solve finds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import EditError
from ...typing import Array

_UNIT = 1e-3
"""How far quaternions may be from unit length."""


@dataclass(frozen=True)
class CameraEdit:
    """Lens and path of the camera in a world with z up.

    Attributes:
        fov: horizontal field of view, radians.
        rotations: quaternions wxyz, camera space (x right, y down, z forward) to the world; positions: meters. One of
            each for a camera that does not move, else one per frame of the take.
    """

    fov: float
    rotations: tuple[tuple[float, ...], ...]
    positions: tuple[tuple[float, ...], ...]

    @classmethod
    def of_arrays(cls, fov: float, rotations: Array, positions: Array) -> CameraEdit:
        """From rotations (C, 4) and positions (C, 3)."""
        rows = (tuple(tuple(row) for row in np.asarray(each, np.float64).tolist()) for each in (rotations, positions))
        return cls(float(fov), *rows)

    @property
    def rotation_array(self) -> Array:
        """Rotations (C, 4)."""
        return np.array(self.rotations, np.float64)

    @property
    def position_array(self) -> Array:
        """Positions (C, 3)."""
        return np.array(self.positions, np.float64)

    def to_mapping(self) -> dict[str, Any]:
        """Plain dictionary, for JSON."""
        return {"fov": self.fov, "rotations": self.rotations, "positions": self.positions}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> CameraEdit:
        """The edit of `to_mapping`."""
        rotations, positions = (tuple(map(tuple, values[name])) for name in ("rotations", "positions"))
        return cls(float(values["fov"]), rotations, positions)


def check_camera(edit: CameraEdit, frames: int) -> CameraEdit:
    """The edit, if it fits a take of so many frames.

    Raises:
        EditError: it has another number of frames, or is no camera.
    """
    counts = len(edit.rotations), len(edit.positions)
    if counts not in ((1, 1), (frames, frames)):
        raise EditError(
            f"The camera has {max(counts)} frames, the take has {frames}.", "Give one for each frame, or a single one."
        )
    rotations, positions = edit.rotation_array, edit.position_array
    fits = rotations.shape == (counts[0], 4) and positions.shape == (counts[1], 3)
    if not fits or not np.isfinite(rotations).all() or not np.isfinite(positions).all():
        raise EditError("The camera is not known in every frame.", "Choose another one.")
    if np.abs(np.linalg.norm(rotations, axis=1) - 1).max() > _UNIT or not 0.01 < edit.fov < math.pi - 0.01:
        raise EditError("This is no camera that could have filmed it.", "Check its lens and its rotations.")
    return edit
