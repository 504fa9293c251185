"""How the raw result becomes motion; can be changed after the capture without running the model again.

One group per stage of the solve, in the order of the stages: changing a setting runs its stage and the later ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .build import BuildSettings
from .camera import CameraSettings
from .contacts import ContactSettings
from .face import FaceSettings
from .fields import group, with_values
from .fit import FitSettings
from .gaps import GapSettings
from .level import LevelSettings
from .scale import ScaleSettings
from .smoothing import PartSmoothingSettings, SmoothingSettings


@dataclass(frozen=True)
class SolveSettings:
    """Settings of a solve, by stage."""

    fit: FitSettings = FitSettings()
    smoothing: SmoothingSettings = SmoothingSettings()
    parts: PartSmoothingSettings = group(PartSmoothingSettings(), "Smoothing by Part")
    camera: CameraSettings = CameraSettings()
    build: BuildSettings = BuildSettings()
    level: LevelSettings = LevelSettings()
    gaps: GapSettings = GapSettings()
    contacts: ContactSettings = ContactSettings()
    scale: ScaleSettings = ScaleSettings()
    face: FaceSettings = group(FaceSettings(), "Face")

    def changed(self, **values: Any) -> SolveSettings:
        """A copy with other values by name, whatever their stage: `changed(height=1.85, strength=0.5)`.

        Raises:
            TypeError: there is no setting of that name.
        """
        return with_values(self, values)
