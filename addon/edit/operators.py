"""Decisions about who is who and when feet stand, one operator each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty
from bpy.types import Operator

from ..blender.layout import wrapped
from ..blender.reporting import Reporting
from ..takes import take_list
from . import changes, proposals
from .targets import FEET, WIDTH_PX, OfPerson, OfTake, Stretch, footage_second, frame_property

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take


def _other() -> Any:
    return IntProperty(name="Other Person", description="Id of the other person", options={"SKIP_SAVE"})


class ROMP_MOCAP_OT_edit_merge(OfPerson, Reporting, Operator):
    """The selected person and another one are the same"""

    bl_idname = "romp_mocap.edit_merge"
    bl_label = "Merge People"

    other: _other()
    force: BoolProperty(
        name="Although Seen Together",
        description="Merge people who are seen at the same time; the selected one counts then",
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from romp_core.errors import MocapError
        from romp_core.take.edits.identities import may_merge

        try:
            if may_merge(self._shared_seconds(context.scene)):
                return self.execute(context)
        except MocapError:  # reported by `execute`
            return self.execute(context)
        self.force = True
        return context.window_manager.invoke_props_dialog(self, width=WIDTH_PX)

    def draw(self, context: bpy.types.Context) -> None:
        seconds = self._shared_seconds(context.scene)
        text = f"They are seen at the same time for {seconds:.2f} s. There, only the selected person is kept."
        wrapped(self.layout, text, WIDTH_PX, "ERROR")

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import EditError
        from romp_core.take.edits import Merge
        from romp_core.take.edits.identities import may_merge

        scene = context.scene
        keep = self.who(scene)

        def change(take: Take) -> Edits:
            merged = take.edits.with_operation(Merge(keep, self.other), take.people, take.footage.times)
            seconds = self._shared_seconds(scene)
            if not may_merge(seconds) and not self.force:
                raise EditError(f"They are seen at the same time for {seconds:.2f} s.", "Use force to merge anyway.")
            return merged

        return changes.decide(self, scene, change)

    def _shared_seconds(self, scene: bpy.types.Scene) -> float:
        from romp_core.take.edits.identities import shared_seconds

        _, take = changes.take_of(scene)
        seen = {person.id: person.observations for person in take.identified_people}
        one, two = seen.get(self.who(scene)), seen.get(self.other)
        return shared_seconds(one, two, take.footage.times) if one and two else 0.0


class ROMP_MOCAP_OT_edit_split(OfPerson, Reporting, Operator):
    """From the current frame on, the selected person is somebody else"""

    bl_idname = "romp_mocap.edit_split"
    bl_label = "Split at Frame"

    frame: frame_property("Frame")

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import Split

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            split = Split(who, footage_second(self.frame, take, scene), take.edits.unused_id(take.people))
            return take.edits.with_operation(split, take.people, take.footage.times)

        return changes.decide(self, scene, change)


class ROMP_MOCAP_OT_edit_swap(OfPerson, Reporting, Operator):
    """From the current frame on, the selected person and another one were taken for each other"""

    bl_idname = "romp_mocap.edit_swap"
    bl_label = "Swap from Frame"

    other: _other()
    frame: frame_property("Frame")

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import Swap

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            swap = Swap(who, self.other, footage_second(self.frame, take, scene))
            return take.edits.with_operation(swap, take.people, take.footage.times)

        return changes.decide(self, scene, change)


class ROMP_MOCAP_OT_edit_assign(Stretch, OfPerson, Reporting, Operator):
    """What was captured of the selected person in a range of frames is of another person"""

    bl_idname = "romp_mocap.edit_assign"
    bl_label = "Assign Frames to Another Person"

    other: _other()

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import Assign

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            assign = Assign(who, self.other, *self.seconds(take, scene))
            return take.edits.with_operation(assign, take.people, take.footage.times)

        return changes.decide(self, scene, change)


class ROMP_MOCAP_OT_edit_contact(Stretch, OfPerson, Reporting, Operator):
    """Say for a range of frames whether a foot of the selected person stands; the motion follows exactly"""

    bl_idname = "romp_mocap.edit_contact"
    bl_label = "Set Contact"

    foot: EnumProperty(name="Foot", items=FEET, options={"SKIP_SAVE"})
    stands: BoolProperty(name="Stands", description="Off: the foot is free", default=True, options={"SKIP_SAVE"})
    has_level: BoolProperty(
        name="Own Level", description="The foot stands on something else than the floor", options={"SKIP_SAVE"}
    )
    level: FloatProperty(
        name="Level (m)",
        description="Height above the floor of what the foot stands on, such as a step",
        soft_min=-2.0,
        soft_max=2.0,
        step=1,
        precision=3,
        options={"SKIP_SAVE"},
    )

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import ContactEdit

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            level = self.level if self.has_level else None
            contact = ContactEdit(who, self.foot, *self.seconds(take, scene), self.stands, level)
            return take.edits.with_contact(contact, take.people, take.footage.times)

        return changes.decide(self, scene, change)

    def draw(self, context: bpy.types.Context) -> None:
        row = self.layout.row(align=True)
        row.prop(self, "foot", expand=True)
        row.prop(self, "stands")
        super().draw(context)
        row = self.layout.row(align=True)
        row.enabled = self.stands
        row.prop(self, "has_level")
        level = row.row(align=True)
        level.enabled = self.has_level
        level.prop(self, "level")


class ROMP_MOCAP_OT_edit_remove(OfTake, Reporting, Operator):
    """Take an edit back"""

    bl_idname = "romp_mocap.edit_remove"
    bl_label = "Remove Edit"

    kind: EnumProperty(
        items=(
            ("OPERATION", "Identity", ""),
            ("CONTACT", "Contact", ""),
            ("GAP", "Gap", ""),
            ("POSE", "Pose", ""),
            ("RELAXED", "Relaxed Part", ""),
            ("CAMERA", "Camera", ""),
            ("FLOOR_FOOT", "Foot on Floor", ""),
            ("FLOOR_HEIGHT", "Height of Floor", ""),
            ("FLOOR_TILT", "Tilt of Floor", ""),
        ),
        options={"HIDDEN", "SKIP_SAVE"},
    )
    index: IntProperty(options={"HIDDEN", "SKIP_SAVE"})

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits.removal import without

        def change(take: Take) -> Edits:
            return without(take.edits, self.kind.lower(), self.index, take.people, take.footage.times)

        return changes.decide(self, context.scene, change)


class ROMP_MOCAP_OT_edit_suggest(OfTake, Reporting, Operator):
    """Look for people who are one, who changed places, or who are nobody"""

    bl_idname = "romp_mocap.edit_suggest"
    bl_label = "Suggest Edits"
    bl_options = {"REGISTER"}

    def run(self, context: bpy.types.Context) -> str | None:
        _, take = changes.take_of(context.scene)
        return None if proposals.look(take) else "Nothing seems wrong with who is who."


class ROMP_MOCAP_OT_edit_accept(OfTake, Reporting, Operator):
    """Apply this suggestion"""

    bl_idname = "romp_mocap.edit_accept"
    bl_label = "Apply Suggestion"

    index: IntProperty(options={"HIDDEN", "SKIP_SAVE"})

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import EditError

        found = proposals.known(take_list.selected_take(context.scene).take_id)
        if not 0 <= self.index < len(found):
            raise EditError("There is no such suggestion any more.", "Use Suggest Edits.")
        suggestion = found[self.index]
        if suggestion.operation is None:
            entry = take_list.selected_take(context.scene)
            ids = [item.person_id for item in entry.people]
            if suggestion.ghost not in ids:
                raise EditError("This person was removed already.")
            entry.active_person = ids.index(suggestion.ghost)
            proposals.forget()
            return set(bpy.ops.romp_mocap.remove_person())
        operation = suggestion.operation
        return changes.decide(
            self, context.scene, lambda take: take.edits.with_operation(operation, take.people, take.footage.times)
        )


CLASSES = (
    ROMP_MOCAP_OT_edit_merge,
    ROMP_MOCAP_OT_edit_split,
    ROMP_MOCAP_OT_edit_swap,
    ROMP_MOCAP_OT_edit_assign,
    ROMP_MOCAP_OT_edit_contact,
    ROMP_MOCAP_OT_edit_remove,
    ROMP_MOCAP_OT_edit_suggest,
    ROMP_MOCAP_OT_edit_accept,
)
