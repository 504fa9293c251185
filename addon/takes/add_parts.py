"""Hands and faces of people who were captured without them."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty
from bpy.types import Operator

from ..blender.reporting import Reporting
from ..worker.launch import end_of_wait, must_wait, no_job, wait_property
from . import characters, take_list
from .hand_edits import AsksAboutEdits
from .needs_take import NeedsTake
from .solve import start_solving


class ROMP_MOCAP_OT_add_parts(AsksAboutEdits, Reporting, NeedsTake, Operator):
    """Find hands and faces in the footage of the take; the model that found the people does not run again"""

    bl_idname = "romp_mocap.add_parts"
    bl_label = "Add Hands and Face"

    parts: EnumProperty(
        name="Parts",
        items=(
            ("all", "Hands and Face", "Fingers, wrists, head and expression"),
            ("hands", "Hands", "Fingers and wrists"),
            ("face", "Face", "Head and expression"),
        ),
    )
    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and super().poll(context)

    def run(self, context: bpy.types.Context) -> set[str]:
        scene, entry = context.scene, take_list.selected_take(context.scene)
        made, keep = characters.made_characters(scene, entry), self.keeps_edits(scene)
        outcome = start_solving(scene, entry, made, must_wait(self.wait), keep_edits=keep, parts=self.parts)
        return end_of_wait(self, outcome)


CLASSES = (ROMP_MOCAP_OT_add_parts,)
