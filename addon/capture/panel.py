"""Choosing footage and settings, and watching a capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.types import Panel

from ..blender.layout import SidebarPanel, faint, property_column, wrapped
from ..models import files, options
from ..models.panel import draw_missing
from ..worker import jobs
from ..worker.panel import draw_outcome, draw_running
from .requirements import is_folder
from .selection.panel import draw_selection

if TYPE_CHECKING:
    from romp_core.weights.store import FileState

    from ..scene_properties import ROMP_MOCAP_PG_scene


class ROMP_MOCAP_PT_capture(SidebarPanel, Panel):
    bl_label = "Capture"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        layout, width = self.layout, context.region.width
        session, outcome = jobs.current(), jobs.last_outcome()
        if session is not None and not session.quiet:
            draw_running(layout, session, width)
            return
        group = context.scene.romp_mocap
        missing = files.missing(group.capture.model)
        _draw_settings(layout, group, missing, width)
        row = layout.row()
        row.scale_y = 2.0
        row.enabled = not missing
        row.operator("romp_mocap.capture", icon="PLAY" if group.source else "NONE")
        if missing:
            wrapped(layout, "The model's files are missing, see above.", width, "INFO")
        if outcome is not None and outcome.text:
            draw_outcome(layout, outcome, width)
        if not missing:  # else the license stands beside the download
            faint(layout, files.licenses(group.capture.model), width)


def _draw_settings(
    layout: bpy.types.UILayout, group: ROMP_MOCAP_PG_scene, missing: list[FileState], width: float
) -> None:
    capture, solve = group.capture, group.solve
    layout.prop(group, "source", text="", icon="FILE_MOVIE")
    column = property_column(layout)
    column.prop(capture, "model")
    if missing:
        draw_missing(layout, missing, width)
        column = property_column(layout)
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
    column.prop(solve, "height")
    range_column = column.column(align=True)
    range_column.prop(capture, "start")
    range_column.prop(capture, "end", text="End (0 = All)" if capture.end == 0 else "End")
    column.prop(solve, "fov", text="FOV (\u00b0)" if solve.fov else "FOV (0 = Auto)")
    column.prop(solve, "strength", slider=True)
    make = column.column(heading="Make")
    make.prop(group, "with_body")
    make.prop(group, "with_root")
    make.prop(group, "set_scene")


CLASSES = (ROMP_MOCAP_PT_capture,)
