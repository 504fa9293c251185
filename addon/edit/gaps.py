"""What is done about single gaps of a person: an operator, and a menu of its choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty
from bpy.types import Menu, Operator

from romp_core.take.settings import GAP_CHOICES

from ..blender.reporting import Reporting
from . import changes
from .targets import OfPerson, footage_second, frame_property

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take

_TEXTS = {
    "infill": "Fill the gap in with what the rest of the clip suggests, however long it is",
    "interpolate": "Go from the pose before the gap to the one after it",
    "hold": "Hold the last pose before the gap",
    "hide": "Hide the body in the gap",
}
_ITEMS = tuple((name, label, _TEXTS[name]) for name, label in GAP_CHOICES.items())
_ICONS = {"infill": "IPO_BEZIER", "interpolate": "IPO_LINEAR", "hold": "IPO_CONSTANT", "hide": "HIDE_ON"}


class ROMP_MOCAP_OT_edit_gap(OfPerson, Reporting, Operator):
    """Decide what the selected person does in the gap at the current frame, whatever is set for all gaps"""

    bl_idname = "romp_mocap.edit_gap"
    bl_label = "Decide Gap"

    decision: EnumProperty(
        name="Decision",
        items=_ITEMS,
        options={"SKIP_SAVE"},
    )
    frame: frame_property("Frame")

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        return _TEXTS[properties.decision]

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import GapEdit

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            gap = GapEdit(who, footage_second(self.frame, take, scene), self.decision)
            return take.edits.with_gap(gap, take.people, take.footage.times)

        return changes.decide(self, scene, change)


class ROMP_MOCAP_MT_edit_gap(Menu):
    bl_label = "Gap at Frame"

    def draw(self, context: bpy.types.Context) -> None:
        for name, label in GAP_CHOICES.items():
            self.layout.operator("romp_mocap.edit_gap", text=label, icon=_ICONS[name]).decision = name


CLASSES = (ROMP_MOCAP_OT_edit_gap, ROMP_MOCAP_MT_edit_gap)
