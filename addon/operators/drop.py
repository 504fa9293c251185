"""Dropping footage on a 3D view chooses it as the source."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty
from bpy.types import FileHandler, Operator

from .reporting import Reporting

SUFFIXES = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".mts", ".m2ts", ".3gp", ".ogv")


class MOCAP_OT_set_source(Reporting, Operator):
    """Use this file as the footage of the next capture"""

    bl_idname = "mocap.set_source"
    bl_label = "Capture Motion from This"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})

    def run(self, context: bpy.types.Context) -> str:
        context.scene.mocap.source = self.filepath
        area = context.area
        if area is not None and area.type == "VIEW_3D":
            context.space_data.show_region_ui = True
        return "Footage chosen: press Capture in the MoCap tab of the sidebar"


class MOCAP_FH_footage(FileHandler):
    bl_idname = "MOCAP_FH_footage"
    bl_label = "Footage for motion capture"
    bl_import_operator = MOCAP_OT_set_source.bl_idname
    bl_file_extensions = ";".join(SUFFIXES)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


classes = (MOCAP_OT_set_source, MOCAP_FH_footage)
