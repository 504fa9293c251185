"""Going to the moments of a take that are known least."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty
from bpy.types import Operator

from ..takes.needs_take import NeedsTake
from .known import of_selected


class ROMP_MOCAP_OT_go_to_unsure(NeedsTake, Operator):
    """Go to a moment in which the selected person was seen worst, to check it first"""

    bl_idname = "romp_mocap.go_to_unsure"
    bl_label = "Go to Least Confident Frame"

    rank: IntProperty(name="Rank", description="0 is the least confident moment", min=0)

    def execute(self, context: bpy.types.Context) -> set[str]:
        person = of_selected(context.scene)
        if person is None or not person.spots:
            self.report({"WARNING"}, "Nothing is known about the confidence of this person: solve the take again.")
            return {"CANCELLED"}
        context.scene.frame_set(person.frame_of(person.spots[min(self.rank, len(person.spots) - 1)], context.scene))
        return {"FINISHED"}


CLASSES = (ROMP_MOCAP_OT_go_to_unsure,)
