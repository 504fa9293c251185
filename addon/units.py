"""Scenes that do not count in metres: those of game engines often count in centimetres."""

from __future__ import annotations

import bpy


def units_per_metre(scene: bpy.types.Scene) -> float:
    """How many units of the scene are a metre: 1 by default, 100 with a unit scale of 0.01."""
    settings = scene.unit_settings
    return 1.0 if settings.system == "NONE" else 1.0 / settings.scale_length
