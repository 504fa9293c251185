"""How well the selected person is known, and where to look first."""

from __future__ import annotations

import bpy
from bpy.types import Panel

from ..blender.layout import SidebarPanel, faint
from ..takes.needs_take import NeedsTake
from .known import of_selected

_MOST = 3
_CLEAR = 0.95
"""Moments with this confidence or more are not worth a look."""


class ROMP_MOCAP_PT_confidence(NeedsTake, SidebarPanel, Panel):
    bl_label = "Confidence"
    bl_parent_id = "ROMP_MOCAP_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, scene, person = self.layout, context.scene, of_selected(context.scene)
        layout.prop(scene.romp_mocap, "show_confidence")
        if person is None or not person.spots:
            faint(layout, "Solve the take to see how well it is known.", context.region.width)
            return
        row = person.row_at(scene.frame_current, scene)
        seen = f"{person.confidence[row].mean():.0%}" if row is not None else "Not Seen"
        layout.label(text=f"This Frame: {seen}")
        column = layout.column(align=True)
        unsure = [spot for spot in person.spots[:_MOST] if spot.confidence < _CLEAR]
        column.label(text="Check First:" if unsure else "Clearly Seen Throughout")
        for rank, spot in enumerate(unsure):
            where = ", ".join(joint.replace("_", " ") for joint in spot.joints[:2])
            text = f"Frame {person.frame_of(spot, scene)}: {spot.confidence:.0%}, {where}"
            column.operator("romp_mocap.go_to_unsure", text=text, icon="TIME").rank = rank


CLASSES = (ROMP_MOCAP_PT_confidence,)
