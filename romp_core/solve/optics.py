"""The camera as the fit needs it."""

from __future__ import annotations

from dataclasses import dataclass

from ..rotations import Array


@dataclass(frozen=True)
class Optics:
    """A pinhole camera: focal length and principal point (2,) in pixels."""

    focal_px: float
    center_px: Array
