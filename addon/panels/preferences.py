"""Preferences: is this machine ready, where model files are kept, and how much disk all of it uses."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty
from bpy.types import AddonPreferences

from .. import jobs, model_files, storage
from ..properties import runtime
from .base import wrapped


class MOCAP_AP_preferences(AddonPreferences):
    bl_idname = __package__.rpartition(".")[0]

    __annotations__ = {
        "weights_folder": StringProperty(
            name="Model Folder",
            description="Where downloaded model files are kept; empty for the add-on's own folder",
            subtype="DIR_PATH",
            update=lambda self, context: model_files.forget(),
        ),
        **runtime.annotations(),
    }

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("mocap.self_test", icon="CHECKMARK")
        outcome = jobs.last_outcome()
        if outcome is not None and outcome.text:
            wrapped(layout, outcome.text, context.region.width, "ERROR" if outcome.kind == "failed" else "INFO")
        layout.separator()
        column = layout.column()
        column.use_property_split = True
        for name in runtime.NAMES:
            column.prop(self, name)
        column.prop(self, "weights_folder")
        layout.label(text=f"Model files: {model_files.size_mb():.1f} MB in {storage.weights_folder()}")
        layout.separator()
        layout.label(text=f"Kept takes and logs: {storage.size_mb():.1f} MB")
        layout.label(text=str(storage.folder("")))
        layout.operator("mocap.clear_files", icon="TRASH")


classes = (MOCAP_AP_preferences,)
