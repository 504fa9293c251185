"""Decisions about who is who and when feet stand, one operator each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty
from bpy.types import Operator

from ..blender.layout import wrapped
from ..blender.reporting import Reporting
from ..blender.timing import scene_fps, second_at
from ..takes import take_list
from ..worker.launch import no_job
from . import changes, proposals

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take

_WIDTH_PX = 340
_CURRENT = -1_000_000
"""Stands for the current frame."""
_AROUND_S = 0.25


class _OfTake:
    """Mixin: needs a selected take and no running job."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and take_list.active_take(context.scene) is not None


class _OfPerson(_OfTake):
    """Mixin: about the selected person, or the one that a script names."""

    person: IntProperty(
        name="Person", description="Id of the person; the selected one if negative", default=-1, options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and take_list.active_person(context.scene) is not None

    def who(self: Any, scene: bpy.types.Scene) -> int:
        """The id of that person. Raises EditError."""
        from romp_core.errors import EditError

        if self.person >= 0:
            return int(self.person)
        person = take_list.active_person(scene)
        if person is None:
            raise EditError("Nobody is selected.", "Select a person in the list.")
        return int(person.person_id)


def _other() -> Any:
    return IntProperty(name="Other Person", description="Id of the other person", options={"SKIP_SAVE"})


def _frame(name: str) -> Any:
    return IntProperty(name=name, description="Frame of the scene", default=_CURRENT, soft_min=0, options={"SKIP_SAVE"})


def _second(frame: int, take: Take, scene: bpy.types.Scene) -> float:
    return second_at(scene.frame_current if frame == _CURRENT else frame, take.footage, scene)


class ROMP_MOCAP_OT_edit_merge(_OfPerson, Reporting, Operator):
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
        return context.window_manager.invoke_props_dialog(self, width=_WIDTH_PX)

    def draw(self, context: bpy.types.Context) -> None:
        seconds = self._shared_seconds(context.scene)
        text = f"They are seen at the same time for {seconds:.2f} s. There, only the selected person is kept."
        wrapped(self.layout, text, _WIDTH_PX, "ERROR")

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


class ROMP_MOCAP_OT_edit_split(_OfPerson, Reporting, Operator):
    """From the current frame on, the selected person is somebody else"""

    bl_idname = "romp_mocap.edit_split"
    bl_label = "Split at Frame"

    frame: _frame("Frame")

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import Split

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            split = Split(who, _second(self.frame, take, scene), take.edits.unused_id(take.people))
            return take.edits.with_operation(split, take.people, take.footage.times)

        return changes.decide(self, scene, change)


class ROMP_MOCAP_OT_edit_swap(_OfPerson, Reporting, Operator):
    """From the current frame on, the selected person and another one were taken for each other"""

    bl_idname = "romp_mocap.edit_swap"
    bl_label = "Swap from Frame"

    other: _other()
    frame: _frame("Frame")

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import Swap

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            swap = Swap(who, self.other, _second(self.frame, take, scene))
            return take.edits.with_operation(swap, take.people, take.footage.times)

        return changes.decide(self, scene, change)


class _Stretch:
    """Mixin: asks for a first and a last frame; the preview range, or a moment around the current frame, at first."""

    start: _frame("Start")
    end: _frame("End")

    def invoke(self: Any, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        scene = context.scene
        around = round(_AROUND_S * scene_fps(scene))
        self.start, self.end = scene.frame_current - around, scene.frame_current + around
        if scene.use_preview_range:
            self.start, self.end = scene.frame_preview_start, scene.frame_preview_end
        return context.window_manager.invoke_props_dialog(self, width=_WIDTH_PX)

    def draw(self: Any, context: bpy.types.Context) -> None:
        row = self.layout.row(align=True)
        row.prop(self, "start")
        row.prop(self, "end")

    def seconds(self: Any, take: Take, scene: bpy.types.Scene) -> tuple[float, float]:
        """The stretch in seconds of the footage."""
        return _second(self.start, take, scene), _second(self.end, take, scene)


class ROMP_MOCAP_OT_edit_assign(_Stretch, _OfPerson, Reporting, Operator):
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


class ROMP_MOCAP_OT_edit_contact(_Stretch, _OfPerson, Reporting, Operator):
    """Say for a range of frames whether a foot of the selected person stands; the motion follows exactly"""

    bl_idname = "romp_mocap.edit_contact"
    bl_label = "Set Contact"

    foot: EnumProperty(
        name="Foot", items=(("left", "Left Foot", ""), ("right", "Right Foot", "")), options={"SKIP_SAVE"}
    )
    stands: BoolProperty(name="Stands", description="Off: the foot is free", default=True, options={"SKIP_SAVE"})

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.take.edits import ContactEdit

        scene, who = context.scene, self.who(context.scene)

        def change(take: Take) -> Edits:
            contact = ContactEdit(who, self.foot, *self.seconds(take, scene), self.stands)
            return take.edits.with_contact(contact, take.people, take.footage.times)

        return changes.decide(self, scene, change)

    def draw(self, context: bpy.types.Context) -> None:
        row = self.layout.row(align=True)
        row.prop(self, "foot", expand=True)
        row.prop(self, "stands")
        super().draw(context)


class ROMP_MOCAP_OT_edit_remove(_OfTake, Reporting, Operator):
    """Take an edit back"""

    bl_idname = "romp_mocap.edit_remove"
    bl_label = "Remove Edit"

    kind: EnumProperty(
        items=(("OPERATION", "Identity", ""), ("CONTACT", "Contact", "")), options={"HIDDEN", "SKIP_SAVE"}
    )
    index: IntProperty(options={"HIDDEN", "SKIP_SAVE"})

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import EditError

        def change(take: Take) -> Edits:
            kept: list[Any] = list(take.edits.operations if self.kind == "OPERATION" else take.edits.contacts)
            if not 0 <= self.index < len(kept):
                raise EditError("There is no such edit.")
            del kept[self.index]
            edits = take.edits
            changed = (
                replace(edits, operations=tuple(kept))
                if self.kind == "OPERATION"
                else replace(edits, contacts=tuple(kept))
            )
            try:
                changed.identified(take.people, take.footage.times)
            except EditError as error:
                hint = "Remove the later edits that need it first."
                raise EditError(f"Other edits need this one: {error.sentence}", hint) from error
            return changed

        return changes.decide(self, context.scene, change)


class ROMP_MOCAP_OT_edit_suggest(_OfTake, Reporting, Operator):
    """Look for people who are one, who changed places, or who are nobody"""

    bl_idname = "romp_mocap.edit_suggest"
    bl_label = "Suggest Edits"
    bl_options = {"REGISTER"}

    def run(self, context: bpy.types.Context) -> str | None:
        _, take = changes.take_of(context.scene)
        return None if proposals.look(take) else "Nothing seems wrong with who is who."


class ROMP_MOCAP_OT_edit_accept(_OfTake, Reporting, Operator):
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
