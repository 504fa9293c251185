"""Smoothing of the fitted motion."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import setting


@dataclass(frozen=True)
class SmoothingSettings:
    """Settings of the smoothing."""

    strength: float = setting(
        1.0, "Smoothing", "Smoothing strength: 0 is raw, 0.3 suits sprinting, 1 suits everyday motion", min=0.0, max=3.0
    )
