"""Choosing footage and settings, and watching a capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.types import Panel

from ..blender.layout import SidebarPanel, faint, property_column, wrapped
from ..models import about, files, options
from ..models.panel import draw_missing
from ..worker import jobs
from ..worker.panel import draw_outcome, draw_running
from .requirements import is_folder
from .selection.panel import draw_selection
from .welcome import draw_footage

if TYPE_CHECKING:
    from romp_core.weights.store import FileState

    from ..scene_properties import ROMP_MOCAP_PG_scene


class ROMP_MOCAP_PT_capture(SidebarPanel, Panel):
    bl_label = "Capture"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        layout, width = self.layout, context.region.width
        session, outcome = jobs.current(), jobs.last_outcome()
        busy = session is not None and not session.quiet
        group = context.scene.romp_mocap
        missing = files.missing(group.capture.model)
        settings = layout.column()
        settings.enabled = not busy
        _draw_settings(settings, group, missing, width)
        if session is not None and busy and session.kind not in jobs.ELSEWHERE:
            draw_running(layout, session, width)  # where the button was, so that nothing moves
            return
        _draw_button(layout, group, bool(missing), busy, width)
        if outcome is not None and outcome.text and outcome.job not in jobs.ELSEWHERE:
            draw_outcome(layout, outcome, width)
        if not missing:  # else the license stands beside the download
            faint(layout, files.licenses(group.capture.model), width)


def _draw_button(
    layout: bpy.types.UILayout, group: ROMP_MOCAP_PG_scene, missing: bool, busy: bool, width: float
) -> None:
    """The button that starts, and why it cannot be pressed."""
    row = layout.row()
    row.scale_y = 2.0
    row.enabled = bool(group.source) and not missing and not busy
    row.operator("romp_mocap.capture", icon="PLAY" if group.source else "NONE")
    if missing:
        wrapped(layout, "The model's files are missing, see above.", width, "INFO")
    elif not group.source:
        faint(layout, "Choose the footage first.", width)


def _draw_settings(
    layout: bpy.types.UILayout, group: ROMP_MOCAP_PG_scene, missing: list[FileState], width: float
) -> None:
    capture = group.capture
    draw_footage(layout, group, width)
    column = property_column(layout)
    row = column.row(align=True)
    row.prop(capture, "model")
    about.draw_buttons(row, capture.model)
    if missing:
        draw_missing(layout, missing, width)
        column = property_column(layout)
    if options.has_hands(capture.model):
        column.prop(capture, "parts")
    own = options.group_of(capture.model_options, capture.model)
    for name in own.__annotations__ if own is not None else ():
        column.prop(own, name)
    number = column.row()
    number.active = not capture.selection
    number.prop(capture, "people", text="People (0 = All)" if capture.people == 0 else "Nearest People")
    column.operator("romp_mocap.detect_people", icon="COMMUNITY")
    if draw_selection(layout, group, width):
        column = property_column(layout)
    if is_folder(group.source):
        column.prop(capture, "frame_rate", text="Frame Rate" if capture.frame_rate else "Frame Rate (0 = 30)")
    range_column = column.column(align=True)
    range_column.prop(capture, "start")
    range_column.prop(capture, "end", text="End (0 = All)" if capture.end == 0 else "End")


class ROMP_MOCAP_PT_new_takes(SidebarPanel, Panel):
    """What a new take begins with; once it is there, its own settings under Takes count."""

    bl_label = "New Takes"
    bl_parent_id = "ROMP_MOCAP_PT_capture"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        layout, group = self.layout, context.scene.romp_mocap
        text = "What new takes begin with. Takes > Motion changes it for those that are there."
        faint(layout, text, context.region.width)
        column = property_column(layout)
        solve = group.solve
        column.prop(solve, "height")
        column.prop(solve, "fov", text="FOV (\u00b0)" if solve.fov else "FOV (0 = Auto)")
        column.prop(solve, "strength", slider=True)
        make = column.column(heading="Make")
        for name in ("with_body", "with_root", "set_scene", "show_result"):
            make.prop(group, name)


CLASSES = (ROMP_MOCAP_PT_capture, ROMP_MOCAP_PT_new_takes)
