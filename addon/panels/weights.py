"""The files of the chosen model: what is missing and what to do about it, and what is in use."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Panel

from .. import jobs, model_files, online
from .base import SidebarPanel, wrapped


def draw_missing(layout: Any, states: list[Any], width: float) -> None:
    """What the model lacks, each with the buttons that mend it."""
    for state in states:
        file = state.file
        box = layout.box()
        wrapped(box, state.problem, width, "ERROR")
        if not file.url:
            wrapped(box, file.how_to_get, width)
        faint = box.column()
        faint.active = False
        wrapped(faint, f"{file.license}.", width)
        column = box.column(align=True)
        if file.url:
            size = f" {file.size / 1e6:.0f} MB" if file.size else ""
            column.operator("mocap.download_file", text=f"Download{size}", icon="IMPORT").key = file.key
        elif file.page:
            column.operator("mocap.open_page", icon="URL").key = file.key
        column.operator("mocap.choose_file", icon="FILEBROWSER").key = file.key
        if file.url and not online.allowed():
            wrapped(box, online.advice(), width, "INFO")
            box.operator("mocap.online_settings", icon="PREFERENCES")


class MOCAP_PT_files(SidebarPanel, Panel):
    bl_label = "Model Files"
    bl_parent_id = "MOCAP_PT_capture"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return jobs.current() is None and any(model_files.keys(context.scene.mocap.capture.model))

    def draw(self, context: bpy.types.Context) -> None:
        needed, helpful = model_files.keys(context.scene.mocap.capture.model)
        width = context.region.width
        for heading, keys in (("Needed", needed), ("Optional, for its body shapes", helpful)):
            if not keys:
                continue
            self.layout.label(text=heading)
            licenses: dict[str, None] = {}
            for key in keys:
                state = model_files.state(key)
                _draw_file(self.layout.box(), state, width)
                licenses[state.file.license] = None
            faint = self.layout.column()
            faint.active = False
            for license in licenses:
                wrapped(faint, f"{license}.", width)


def _draw_file(box: Any, state: Any, width: float) -> None:
    """One file: its state in a word, and its buttons."""
    file, there = state.file, state.path is not None
    row = box.row(align=True)
    row.label(text=file.title, icon="CHECKMARK" if there and not state.problem else "BLANK1")
    if there:
        row.operator("mocap.try_file", text="", icon="VIEWZOOM").key = file.key
    elif file.url:
        row.operator("mocap.download_file", text="", icon="IMPORT").key = file.key
    elif file.page:
        row.operator("mocap.open_page", text="", icon="URL").key = file.key
    row.operator("mocap.choose_file", text="", icon="FILEBROWSER").key = file.key
    if model_files.is_chosen(file.key):
        row.operator("mocap.forget_file", text="", icon="X").key = file.key
    if there:
        wrapped(box, state.problem or state.remark or state.path.name, width)
    elif not file.url:
        wrapped(box, file.how_to_get, width)


classes = (MOCAP_PT_files,)
