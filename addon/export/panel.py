"""Export buttons, and what the latest files show."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.types import Panel

from ..blender import report
from ..blender.layout import SidebarPanel, wrapped
from . import verification
from .operators import SECTION
from .targets import ACTIVE, ALL
from .verdict import summary


class ROMP_MOCAP_PT_export(SidebarPanel, Panel):
    bl_label = "Export"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        for who, text in ((ACTIVE, "Active"), (ALL, "All")):
            row = self.layout.row(align=True)
            row.label(text=text)
            for preset, label in (("BLENDER", "FBX"), ("UNREAL", "Unreal"), ("UNITY", "Unity")):
                button = row.operator("romp_mocap.export", text=label)
                button.preset, button.which = preset, who
        if count := verification.running():
            self.layout.label(text=f"Verifying {count} file{'s' if count > 1 else ''}\u2026", icon="TIME")
        elif found := report.section(context.scene, SECTION):
            _draw_report(self.layout, found, context.region.width)


def _draw_report(layout: bpy.types.UILayout, found: dict, width: float) -> None:
    name, files = Path(found["file"]).name, found.get("files", 1)
    box = layout.box()
    box.label(text=name if files == 1 else f"{name} and {files - 1} more", icon="CHECKMARK" if found["ok"] else "ERROR")
    wrapped(box, summary(found) if found["ok"] else "\n".join(found["problems"]), width - 20)


CLASSES = (ROMP_MOCAP_PT_export,)
