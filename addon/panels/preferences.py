"""Preferences: is this machine ready, and how much disk do takes use."""

from __future__ import annotations

import bpy
from bpy.types import AddonPreferences

from .. import jobs, storage
from .base import wrapped


class MOCAP_AP_preferences(AddonPreferences):
    bl_idname = __package__.rpartition(".")[0]

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("mocap.self_test", icon="CHECKMARK")
        outcome = jobs.last_outcome()
        if outcome is not None and outcome.text:
            wrapped(layout, outcome.text, context.region.width, "ERROR" if outcome.kind == "failed" else "INFO")
        layout.separator()
        layout.label(text=f"Kept takes and logs: {storage.size_mb():.1f} MB")
        layout.label(text=str(storage.folder("")))
        layout.operator("mocap.clear_files", icon="TRASH")


classes = (MOCAP_AP_preferences,)
