"""Retargeting in the sidebar, and the report of the latest one."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Panel

from ..blender import report
from ..blender.layout import SidebarPanel, property_column, wrapped
from ..takes import take_list
from .operators import SETTINGS
from .targets import chosen_target


class ROMP_MOCAP_PT_retarget(SidebarPanel, Panel):
    bl_label = "Retarget"
    bl_order = 2
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, group = self.layout, context.scene.romp_mocap.retarget
        entry, person = take_list.active_take(context.scene), take_list.active_person(context.scene)
        column = property_column(layout)
        column.prop(group, "source")
        if group.source is not None:
            person = None
        if person is not None:
            column.prop(person, "rig", text=f"Rig of {person.name}")
        else:
            column.prop(group, "target")
        column.prop(group, "root_mode")
        column.prop(group, "key_mode")
        column.prop(group, "plants")
        column.prop(group, "reduces")
        if group.reduces:
            column.prop(group, "bound_mm")
            column.prop(group, "bound_deg")
        target = chosen_target(context)
        if target is not None and person is not None and entry is not None:
            button = _button(layout, "romp_mocap.retarget", group)
            button.target, button.take, button.person = target.name, entry.take_id, person.person_id
            if sum(each.rig is not None for each in entry.people) > 1:
                _button(layout, "romp_mocap.retarget_all", group)
        elif target is not None and group.source is not None:
            button = _button(layout, "romp_mocap.retarget", group)
            button.target, button.source = target.name, group.source.name
        _draw_report(layout, context)


def _button(layout: Any, operator: str, group: Any) -> Any:
    button = layout.operator(operator, icon="ARMATURE_DATA")
    for name in SETTINGS:
        setattr(button, name, getattr(group, name))
    return button


def _draw_report(layout: Any, context: bpy.types.Context) -> None:
    found = report.section(context.scene, "retarget")
    if not found:
        return
    box = layout.box()
    wrapped(box, f"{found['source']} on {found['target']}: {found['frames']} frames", context.region.width, "INFO")
    column = box.column(align=True)
    column.label(text=f"Directions: within {found['max_direction_deg']:.2f}°")
    column.label(text=f"Joints: {found['joint_mean_mm']:.0f} mm on average, at most {found['joint_max_mm']:.0f}")
    column.label(text=f"Feet slide {found['slide_mm']:.1f} mm a frame, {found['slide_before_mm']:.1f} before")
    if "face_units" in found:
        column.label(text=f"Face: {found['face_units']} of 52 shape keys found")
    row = box.row(align=True)
    row.label(text="Worst")
    for rank, frame in enumerate(found["worst_frames"][:3]):
        row.operator("romp_mocap.go_to_worst", text=str(frame)).rank = rank


CLASSES = (ROMP_MOCAP_PT_retarget,)
