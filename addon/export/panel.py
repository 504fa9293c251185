"""Export buttons."""

from __future__ import annotations

import bpy
from bpy.types import Panel

from ..blender.layout import SidebarPanel


class ROMP_MOCAP_PT_export(SidebarPanel, Panel):
    bl_label = "Export"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        for who, text in (("ACTIVE", "Selected"), ("ALL", "All")):
            row = self.layout.row(align=True)
            row.label(text=text)
            for format in ("FBX", "GLB", "BVH"):
                button = row.operator("romp_mocap.export", text=format)
                button.format, button.which = format, who


CLASSES = (ROMP_MOCAP_PT_export,)
