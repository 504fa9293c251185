"""Hands and faces that were seen wrongly: an operator that relaxes them for a stretch of frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty
from bpy.types import Operator

from romp_core.take.settings import RELAXED_PARTS

from ..blender.reporting import Reporting
from . import changes
from .targets import OfPerson, Stretch

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take


class ROMP_MOCAP_OT_edit_relax(Stretch, OfPerson, Reporting, Operator):
    """Relax a hand or the face of the selected person in a range of frames, as it was seen wrongly there"""

    bl_idname = "romp_mocap.edit_relax"
    bl_label = "Relax Hand or Face"

    part: EnumProperty(
        name="Part", items=tuple((name, label, "") for name, label in RELAXED_PARTS.items()), options={"SKIP_SAVE"}
    )

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.prop(self, "part")
        super().draw(context)

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import RelaxEdit

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            relaxed = RelaxEdit(who, self.part, *self.seconds(take, scene))
            return take.edits.with_relaxed(relaxed, take.people, take.footage.times)

        return changes.decide(self, scene, change)


CLASSES = (ROMP_MOCAP_OT_edit_relax,)
