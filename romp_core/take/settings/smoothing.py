"""Smoothing of the fitted motion, as a whole and part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .fields import setting


def _factor(label: str, help: str) -> Any:
    return setting(1.0, label, f"{help}, times the smoothing of the whole motion", min=0.0, max=3.0)


@dataclass(frozen=True)
class SmoothingSettings:
    """Settings of the smoothing."""

    strength: float = setting(
        1.0, "Smoothing", "Smoothing strength: 0 is raw, 0.3 suits sprinting, 1 suits everyday motion", min=0.0, max=3.0
    )
    keep_impacts: bool = setting(True, "Keep Impacts", "Smooth arms less where they strike, so that punches stay fast")


@dataclass(frozen=True)
class PartSmoothingSettings:
    """Factors on the strength for parts of the body."""

    smooth_height: float = _factor("Hip Height", "How far the height of the hips is smoothed")
    smooth_path: float = _factor("Hip Path", "How far the path of the hips over the floor is smoothed")
    smooth_spine: float = _factor("Hip Turns and Spine", "How far turns of hips and spine are smoothed")
    smooth_head: float = _factor("Neck and Head", "How far neck and head are smoothed")
    smooth_arms: float = _factor("Arms", "How far shoulders, arms, and hands are smoothed")
    smooth_legs: float = _factor("Legs", "How far legs and feet are smoothed")
