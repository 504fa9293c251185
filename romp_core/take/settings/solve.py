"""How the raw result becomes motion; can be changed after the capture without running the model again.

One group per stage of the solve, in the order of the stages: changing a setting runs its stage and the later ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from .camera import CameraSettings
from .contacts import ContactSettings
from .fit import FitSettings
from .level import LevelSettings
from .scale import ScaleSettings
from .smoothing import SmoothingSettings


@dataclass(frozen=True)
class SolveSettings:
    """Settings of a solve, by stage."""

    fit: FitSettings = FitSettings()
    smoothing: SmoothingSettings = SmoothingSettings()
    camera: CameraSettings = CameraSettings()
    level: LevelSettings = LevelSettings()
    contacts: ContactSettings = ContactSettings()
    scale: ScaleSettings = ScaleSettings()
