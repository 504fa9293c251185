"""The preferences page: is this machine ready, where model files are kept, and how much disk all of it uses."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import AddonPreferences

from ..blender.layout import faint, wrapped
from ..models import files
from ..worker import jobs
from ..worker.panel import draw_running
from . import disk_usage, folders, properties


def _folder_changed(_preferences: Any, _context: bpy.types.Context) -> None:
    files.forget()
    disk_usage.forget()


class ROMP_MOCAP_AP_preferences(AddonPreferences):
    bl_idname = folders.ADDON

    __annotations__ = {
        "weights_folder": StringProperty(
            name="Model Folder",
            description="Where downloaded model files are kept. Leave empty to use Blender's folder for user data",
            subtype="DIR_PATH",
            update=_folder_changed,
        ),
        **properties.license_annotations(),
        **properties.take_annotations(),
        **properties.runtime_annotations(),
    }

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        session = jobs.current()
        if session is not None and session.kind == "self_test":
            draw_running(layout, session, context.region.width)
        else:
            layout.operator("romp_mocap.self_test", icon="CHECKMARK")
        outcome = jobs.last_outcome()
        if outcome is not None and outcome.text:
            wrapped(layout, outcome.text, context.region.width, "ERROR" if outcome.kind == "failed" else "INFO")
        layout.separator()
        column = layout.column()
        column.use_property_split = True
        for name in properties.RUNTIME:
            column.prop(self, name)
        faint(column, properties.threads_text(), context.region.width)
        column.prop(self, "weights_folder")
        column.prop(self, "commercial_only")
        usage = disk_usage.measured()
        layout.label(text=f"Models: {_size(usage and usage.models)}, in {folders.weights_folder()}")
        layout.separator()
        column = layout.column()
        column.use_property_split = True
        column.prop(self, "save_takes")
        column.prop(self, "takes_folder")
        row = layout.row()
        row.label(text=f"Takes of Unsaved Files: {_size(usage and usage.takes)}")
        row.operator("romp_mocap.delete_takes", icon="TRASH")
        row = layout.row()
        row.label(text=f"Logs: {_size(usage and usage.logs)}")
        row.operator("romp_mocap.clear_files", icon="TRASH")


def _size(megabytes: float | None) -> str:
    return "measuring\u2026" if megabytes is None else f"{megabytes:.1f} MB"


CLASSES = (ROMP_MOCAP_AP_preferences,)
