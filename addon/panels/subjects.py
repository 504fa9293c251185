"""Which people of the footage are captured."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Panel

from .. import jobs, pictures
from .base import SidebarPanel, wrapped

_UNIT_PX, _MARGIN_PX = 20.0, 50.0


class MOCAP_PT_subjects(SidebarPanel, Panel):
    bl_label = "Chosen People"
    bl_parent_id = "MOCAP_PT_capture"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        group = context.scene.mocap
        waits = bool(group.scout.people or group.capture.subjects) or not group.capture.newcomers
        return jobs.current() is None and waits

    def draw(self, context: bpy.types.Context) -> None:
        layout, group, width = self.layout, context.scene.mocap, context.region.width
        people = group.scout.people
        if people:
            icon = pictures.icon(bpy.path.abspath(group.scout.picture))
            if icon:
                layout.template_icon(icon_value=icon, scale=_icon_scale(width))
            grid = layout.grid_flow(row_major=True, columns=min(len(people), 8), even_columns=True, align=True)
            grid.scale_y = 1.3
            for person in people:
                grid.prop(person, "chosen", text=str(person.number), toggle=True)
        wrapped(layout, _meaning(group), width)
        row = layout.row()
        row.prop(group.capture, "newcomers")
        row.operator("mocap.clear_people", icon="X")


def _icon_scale(width: float) -> float:
    """The largest icon that fits into a region of this width, in units of Blender's."""
    unit = _UNIT_PX * max(bpy.context.preferences.system.ui_scale, 0.5)
    return max(5.0, (width - _MARGIN_PX) / unit)


def _meaning(group: Any) -> str:
    """What will be captured, in a sentence."""
    chosen, all_there = len(group.capture.subjects.split()), len(group.scout.people)
    if chosen:
        who = f"{chosen} of {all_there} chosen" if all_there else f"{chosen} chosen"
        return who + (", and who comes later" if group.capture.newcomers else "")
    return "Nobody chosen: " + ("all people" if group.capture.newcomers else "all of the first picture")


classes = (MOCAP_PT_subjects,)
