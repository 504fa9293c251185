"""Decisions about where the floor is, one operator each."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import EnumProperty, FloatProperty
from bpy.types import Operator

from ..blender.reporting import Reporting
from ..takes import take_list
from . import changes
from .targets import FEET, WIDTH_PX, OfPerson, OfTake, footage_second, frame_property

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take


class ROMP_MOCAP_OT_edit_floor_foot(OfPerson, Reporting, Operator):
    """At the current frame a foot of the selected person is on the floor; feet at several moments also say its tilt"""

    bl_idname = "romp_mocap.edit_floor_foot"
    bl_label = "Foot on Floor"

    foot: EnumProperty(name="Foot", items=FEET, options={"SKIP_SAVE"})
    frame: frame_property("Frame")

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import FloorFoot

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            foot = FloorFoot(who, self.foot, footage_second(self.frame, take, scene))
            return take.edits.with_floor_foot(foot, take.people, take.footage.times)

        return changes.decide(self, scene, change)


def _tilt(axis: str, positive: str) -> Any:
    """An angle of the floor in degrees; `positive` says where it is then."""
    return FloatProperty(
        name=f"Tilt {axis} (\u00b0)",
        description=f"Turn of the floor about the world's {axis} axis; positive: {positive}",
        soft_min=-20.0,
        soft_max=20.0,
        options={"SKIP_SAVE"},
    )


class ROMP_MOCAP_OT_edit_floor(OfTake, Reporting, Operator):
    """Move and tilt the floor against the one that was found, or that the feet show; people and camera move with it"""

    bl_idname = "romp_mocap.edit_floor"
    bl_label = "Move Floor"

    height: FloatProperty(
        name="Height (m)",
        description="How far the floor is above the one that was found; everybody comes down by as much",
        soft_min=-2.0,
        soft_max=2.0,
        step=1,
        precision=3,
        options={"SKIP_SAVE"},
    )
    tilt_x: _tilt("X", "higher in the distance")
    tilt_y: _tilt("Y", "lower on the right")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        entry = take_list.selected_take(context.scene)
        made = json.loads(entry.other_edits).get("floor") if entry.other_edits else None
        if made is not None:
            self.height, (self.tilt_x, self.tilt_y) = made["height"], made["tilt"]
        return context.window_manager.invoke_props_dialog(self, width=WIDTH_PX)

    def draw(self, context: bpy.types.Context) -> None:
        column = self.layout.column(align=True)
        for name in ("height", "tilt_x", "tilt_y"):
            column.prop(self, name)

    def run(self, context: bpy.types.Context) -> set[str]:
        given = self.properties.is_property_set

        def change(take: Take) -> Edits:
            floor = take.edits.floor
            if given("height"):
                floor = floor.with_height(self.height)
            if given("tilt_x") or given("tilt_y"):
                x, y = floor.tilt
                floor = floor.with_tilt(self.tilt_x if given("tilt_x") else x, self.tilt_y if given("tilt_y") else y)
            return replace(take.edits, floor=floor)

        return changes.decide(self, context.scene, change)


CLASSES = (ROMP_MOCAP_OT_edit_floor_foot, ROMP_MOCAP_OT_edit_floor)
