"""What edits are about: the selected take, a person of it, a frame or a stretch of frames of the scene."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import IntProperty

from ..blender.timing import scene_fps, second_at
from ..takes import take_list
from ..worker.launch import no_job

if TYPE_CHECKING:
    from romp_core.take.take import Take

WIDTH_PX = 340
_CURRENT = -1_000_000
"""Stands for the current frame."""
FEET = (("left", "Left Foot", ""), ("right", "Right Foot", ""))
_AROUND_S = 0.25


class OfTake:
    """Mixin: needs a selected take and no running job."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and take_list.active_take(context.scene) is not None


class OfPerson(OfTake):
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


def frame_property(name: str) -> Any:
    """A frame of the scene; the current one unless given."""
    return IntProperty(name=name, description="Frame of the scene", default=_CURRENT, soft_min=0, options={"SKIP_SAVE"})


def footage_second(frame: int, take: Take, scene: bpy.types.Scene) -> float:
    """The second of the footage at a frame of the scene."""
    return second_at(scene.frame_current if frame == _CURRENT else frame, take.footage, scene)


class Stretch:
    """Mixin: asks for a first and a last frame; the preview range, or a moment around the current frame, at first."""

    start: frame_property("Start")
    end: frame_property("End")

    def invoke(self: Any, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        scene = context.scene
        around = round(_AROUND_S * scene_fps(scene))
        self.start, self.end = scene.frame_current - around, scene.frame_current + around
        if scene.use_preview_range:
            self.start, self.end = scene.frame_preview_start, scene.frame_preview_end
        return context.window_manager.invoke_props_dialog(self, width=WIDTH_PX)

    def draw(self: Any, context: bpy.types.Context) -> None:
        row = self.layout.row(align=True)
        row.prop(self, "start")
        row.prop(self, "end")

    def seconds(self: Any, take: Take, scene: bpy.types.Scene) -> tuple[float, float]:
        """The stretch in seconds of the footage."""
        return footage_second(self.start, take, scene), footage_second(self.end, take, scene)
