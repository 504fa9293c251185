"""Choosing footage and settings, and watching a capture."""

from __future__ import annotations

import os
from typing import Any

import bpy
from bpy.types import Panel

from .. import jobs, model_files
from .base import SidebarPanel, wrapped
from .subjects import draw_choice
from .weights import draw_missing

_STAGES = {
    "capture": "Finding people",
    "scout": "Looking for people",
    "solve": "Computing motion",
    "verify": "Trying the file",
}


class MOCAP_PT_capture(SidebarPanel, Panel):
    bl_label = "Capture"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        session, outcome = jobs.current(), jobs.last_outcome()
        if session is not None:
            _draw_running(layout, session, context.region.width)
            return
        group = context.scene.mocap
        missing = model_files.missing(group.capture.model)
        _draw_settings(layout, group, missing, context.region.width)
        row = layout.row()
        row.scale_y = 2.0
        row.enabled = not missing
        row.operator("mocap.capture", icon="PLAY" if group.source else "NONE")
        if missing:
            wrapped(layout, "Capture waits for the model's files, see above.", context.region.width, "INFO")
        if outcome is not None and outcome.text:
            _draw_outcome(layout, outcome, context.region.width)
        if not missing:  # else the license stands beside the download
            column = layout.column()
            column.active = False
            wrapped(column, model_files.licenses(group.capture.model), context.region.width)


def _draw_settings(layout: Any, group: Any, missing: list[Any], width: float) -> None:
    layout.prop(group, "source", text="", icon="FILE_MOVIE")
    column = _properties(layout)
    column.prop(group.capture, "model")
    if missing:
        draw_missing(layout, missing, width)
        column = _properties(layout)
    number = column.row()
    number.active = not group.capture.selection
    number.prop(group.capture, "people", text="People (0 = all)" if group.capture.people == 0 else "Nearest People")
    column.operator("mocap.choose_people", icon="COMMUNITY")
    if draw_choice(layout, group, width):
        column = _properties(layout)
    column.prop(group.solve, "height")
    range_column = column.column(align=True)
    range_column.prop(group.capture, "start")
    range_column.prop(group.capture, "end", text="End (0 = all)" if group.capture.end == 0 else "End")
    column.prop(group.solve, "fov", text="FOV (\u00b0)" if group.solve.fov else "FOV (0 = auto)")
    column.prop(group.solve, "strength", slider=True)
    options = column.column(heading="Make")
    options.prop(group, "with_body")
    options.prop(group, "with_root")
    options.prop(group, "set_scene")


def _properties(layout: Any) -> Any:
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    return column


def _draw_running(layout: Any, session: jobs.Session, width: float) -> None:
    progress, started = session.progress, session.started
    layout.label(text=session.title, icon="RENDER_ANIMATION")
    share = min(progress.get("done", 0) / max(progress.get("total", 0), 1e-9), 1.0) if progress.get("total") else 0.0
    layout.progress(factor=share, text=progress_text(progress) if progress else "Starting")
    if started:
        provider = started["provider"].removesuffix("ExecutionProvider")
        layout.label(text=f"{started['model']} on {provider}, {started['width']} x {started['height']}")
        wrapped(layout, started.get("remark", ""), width, "ERROR")
    row = layout.row()
    row.scale_y = 1.5
    row.enabled = not session.canceling
    row.operator("mocap.cancel", text="Canceling" if session.canceling else "Cancel", icon="CANCEL")


def progress_text(progress: dict[str, Any]) -> str:
    """One line: stage, pictures, speed and time left."""
    words = [_STAGES[progress["stage"]]] if progress["stage"] in _STAGES else []
    if progress["stage"] in ("capture", "scout"):
        total = f" / {progress['total']:.0f}" if progress["total"] else ""
        words += [f"{progress['done']:.0f}{total}", f"{progress['fps']:.1f} fps"]
    if progress["stage"] == "download":
        total = f" / {progress['total']:.0f}" if progress["total"] else ""
        words += [f"{progress['done']:.0f}{total} MB", f"{progress['fps']:.1f} MB/s"]
    if progress["eta"] > 0:
        minutes, seconds = divmod(round(progress["eta"]), 60)
        words.append(f"{minutes}:{seconds:02} left")
    return ", ".join(words)


def _draw_outcome(layout: Any, outcome: jobs.Outcome, width: float) -> None:
    box = layout.box()
    row = box.row()
    wrapped(row, outcome.text, width - 70, "ERROR" if outcome.kind == "failed" else "INFO")
    row.operator("mocap.dismiss", text="", icon="X", emboss=False)
    if outcome.details and os.path.isfile(outcome.log):
        box.operator("mocap.show_log", icon="TEXT")


classes = (MOCAP_PT_capture,)
