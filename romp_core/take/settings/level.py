"""The world's up direction."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import setting


@dataclass(frozen=True)
class LevelSettings:
    """Settings of the leveling."""

    level: bool = setting(True, "Level Camera", "Rotate the world so that people stand upright on a level floor")
    tilt: float = setting(
        0.0, "Tilt", "Extra camera pitch after leveling; positive looks down", min=-90.0, max=90.0, unit="deg"
    )
    roll: float = setting(0.0, "Roll", "Extra camera roll after leveling", min=-180.0, max=180.0, unit="deg")
