"""Live capture: its source and target, then its figures and what can be asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.types import Panel

from ..blender import icons
from ..blender.layout import SidebarPanel, property_column, ui_scale, wrapped
from ..models import about, options
from ..worker import jobs
from ..worker.panel import draw_outcome
from . import control

if TYPE_CHECKING:
    from ..scene_properties import ROMP_MOCAP_PG_scene

_UNIT_PX, _MARGIN_PX = 20.0, 60.0


class ROMP_MOCAP_PT_live(SidebarPanel, Panel):
    bl_label = "Live"
    bl_order = 2
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        group, width = context.scene.romp_mocap, context.region.width
        running, outcome = control.current(), jobs.last_outcome()
        if running is not None:
            _draw_running(self.layout, group, running, width)
            return
        _draw_settings(self.layout, group)
        row = self.layout.row()
        row.scale_y = 2.0
        row.operator("romp_mocap.live_start", icon="PLAY")
        if outcome is not None and outcome.text and outcome.job == "live":
            draw_outcome(self.layout, outcome, width)


def _draw_settings(layout: bpy.types.UILayout, group: ROMP_MOCAP_PG_scene) -> None:
    column, live = property_column(layout), group.live
    column.prop(live, "source")
    row = column.row(align=True)
    row.prop(group.capture, "model")
    about.draw_buttons(row, group.capture.model)
    if options.has_hands(group.capture.model):
        column.prop(group.capture, "parts")
    column.prop(live, "rig", text="Rig" if live.rig else "Rig (None = New Character)")
    people = column.row()
    people.active = live.rig is None
    people.prop(live, "people")
    column.prop(live, "height")
    column.prop(live, "mirror")
    if live.source.strip().isdecimal():
        for name in ("camera_width", "camera_height", "camera_rate"):
            column.prop(live, name)
    column.prop(live, "vmc")
    if live.vmc.strip():
        column.prop(live, "vmc_person")


def _draw_running(
    layout: bpy.types.UILayout, group: ROMP_MOCAP_PG_scene, running: control.Control, width: float
) -> None:
    display = running.display
    icon = icons.find(control.IMAGE)
    if icon is not None:
        side = max(5.0, (width / ui_scale() - _MARGIN_PX) / _UNIT_PX)
        column = layout.column()
        column.ui_units_y = side * icon.share
        column.template_icon(icon_value=icon.icon, scale=side)
    for line in display.lines():
        layout.label(text=line)
    if group.live.vmc.strip():
        layout.label(text=f"Motion is sent to {group.live.vmc.strip()}")
    state = display.state
    if state is not None and state.state == "waiting":
        wrapped(layout, f"{state.sentence} {state.hint}".strip(), width, "ERROR")
    if display.message:
        wrapped(layout, display.message, width, "INFO")
    row = layout.row(align=True)
    row.scale_y = 1.5
    if display.recording is None:
        row.operator("romp_mocap.live_record", icon="REC")
    else:
        row.operator("romp_mocap.live_end_recording", icon="SNAP_FACE")
    is_paused = state is not None and state.state == "paused"
    row.operator("romp_mocap.live_pause", text="Go On" if is_paused else "Pause", icon="PLAY" if is_paused else "PAUSE")
    layout.operator("romp_mocap.live_calibrate", icon="ARMATURE_DATA")
    column = property_column(layout)
    column.prop(group.live, "countdown")
    column.prop(group.live, "seconds")
    layout.operator("romp_mocap.live_stop", icon="CANCEL")


CLASSES = (ROMP_MOCAP_PT_live,)
