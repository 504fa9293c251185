"""Scenes that do not count in meters: those of game engines often count in centimeters."""

from __future__ import annotations

import bpy


def units_per_meter(scene: bpy.types.Scene) -> float:
    """How many units of the scene are a meter: 1 by default, 100 with a unit scale of 0.01."""
    settings = scene.unit_settings
    return 1.0 if settings.system == "NONE" else 1.0 / settings.scale_length
