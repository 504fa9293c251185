"""Dropping a video on a 3D view makes it the footage; images stay Blender's own, which adds them as references."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty
from bpy.types import FileHandler, Operator

from ..blender.layout import show_tab
from ..blender.paths import RELATIVE
from ..blender.reporting import Reporting

SUFFIXES = (
    *(".mp4", ".mov", ".m4v", ".qt", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".m2v", ".vob", ".ts", ".mts", ".m2ts"),
    *(".3gp", ".3g2", ".wmv", ".asf", ".flv", ".f4v", ".ogv", ".mxf", ".dv", ".gif"),
)


class ROMP_MOCAP_OT_set_source(Reporting, Operator):
    """Use this file as the footage of the next capture"""

    bl_idname = "romp_mocap.set_source"
    bl_label = "Set Capture Footage"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE", *RELATIVE})

    def run(self, context: bpy.types.Context) -> str:
        context.scene.romp_mocap.source = self.filepath
        area = context.area
        if area is not None and area.type == "VIEW_3D":
            show_tab(area)
        return "Footage set. Press Capture in the MoCap tab of the sidebar"


class ROMP_MOCAP_FH_footage(FileHandler):
    bl_idname = "ROMP_MOCAP_FH_footage"
    bl_label = "Motion Capture Footage"
    bl_import_operator = ROMP_MOCAP_OT_set_source.bl_idname
    bl_file_extensions = ";".join(SUFFIXES)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


CLASSES = (ROMP_MOCAP_OT_set_source, ROMP_MOCAP_FH_footage)
