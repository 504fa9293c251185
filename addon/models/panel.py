"""The files of the chosen model: those that are missing, with what to do about it, and those in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.types import Panel

from ..blender.layout import SidebarPanel, faint, wrapped
from . import files, online

if TYPE_CHECKING:
    from romp_core.weights.store import FileState


def draw_missing(layout: bpy.types.UILayout, states: list[FileState], width: float) -> None:
    """The files that the model lacks, each with the buttons to get it."""
    offered = [state.file for state in states if state.file.url]
    if len(offered) > 1:
        total = sum(file.size or 0 for file in offered) / 1e6
        button = layout.operator("romp_mocap.download_file", text=f"Download All {total:.0f} MB", icon="IMPORT")
        button.key = " ".join(file.key for file in offered)
    for state in states:
        file = state.file
        box = layout.box()
        wrapped(box, state.problem, width, "ERROR")
        if not file.url:
            wrapped(box, file.how_to_get, width)
        faint(box, f"{file.license}.", width)
        column = box.column(align=True)
        if file.url:
            size = f" {file.size / 1e6:.0f} MB" if file.size else ""
            column.operator("romp_mocap.download_file", text=f"Download{size}", icon="IMPORT").key = file.key
        elif file.page:
            column.operator("romp_mocap.open_page", icon="URL").key = file.key
        column.operator("romp_mocap.choose_file", icon="FILEBROWSER").key = file.key
        if file.url and not online.allowed():
            wrapped(box, online.advice(), width, "INFO")
            box.operator("romp_mocap.online_settings", icon="PREFERENCES")


class ROMP_MOCAP_PT_files(SidebarPanel, Panel):
    bl_label = "Model Files"
    bl_parent_id = "ROMP_MOCAP_PT_capture"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return any(files.keys(context.scene.romp_mocap.capture.model))

    def draw(self, context: bpy.types.Context) -> None:
        needed, helpful = files.keys(context.scene.romp_mocap.capture.model)
        width = context.region.width
        for heading, keys in (("Required", needed), ("Optional, for Body Shapes", helpful)):
            if not keys:
                continue
            self.layout.label(text=heading)
            licenses: dict[str, None] = {}
            for key in keys:
                state = files.state(key)
                _draw_file(self.layout.box(), state, width)
                licenses[state.file.license] = None
            for license in licenses:
                faint(self.layout, f"{license}.", width)


def _draw_file(box: bpy.types.UILayout, state: FileState, width: float) -> None:
    """One file: whether it is there, and its buttons."""
    file, path = state.file, state.path
    row = box.row(align=True)
    row.label(text=file.title, icon="CHECKMARK" if path and not state.problem else "BLANK1")
    if path:
        row.operator("romp_mocap.check_file", text="", icon="VIEWZOOM").key = file.key
    elif file.url:
        row.operator("romp_mocap.download_file", text="", icon="IMPORT").key = file.key
    elif file.page:
        row.operator("romp_mocap.open_page", text="", icon="URL").key = file.key
    row.operator("romp_mocap.choose_file", text="", icon="FILEBROWSER").key = file.key
    if files.is_chosen(file.key):
        row.operator("romp_mocap.forget_file", text="", icon="X").key = file.key
    if path:
        wrapped(box, state.problem or state.remark or path.name, width)
    elif not file.url:
        wrapped(box, file.how_to_get, width)


CLASSES = (ROMP_MOCAP_PT_files,)
