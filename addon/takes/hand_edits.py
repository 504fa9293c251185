"""Asking what becomes of keys that the user changed by hand, before they are baked again."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty

from ..bake.edited import has_hand_edits
from ..blender import scene_index
from ..blender.layout import wrapped
from . import pose_fixes, take_list

KEEP, FIX, REPLACE, CANCEL = "KEEP", "FIX", "REPLACE", "CANCEL"
_WIDTH_PX = 360


def edited_parts(scene: bpy.types.Scene) -> list[str]:
    """Names of the people of the selected take whose keys were changed by hand, and "the camera" if its were."""
    entry = take_list.active_take(scene)
    if entry is None:
        return []
    parts = [(person.name, scene_index.ARMATURE, person.person_id) for person in entry.people]
    parts.append(("the camera", scene_index.CAMERA, scene_index.NO_PERSON))
    found = [(name, scene_index.find_object(scene, entry.take_id, *part)) for name, *part in parts]
    return [
        name
        for name, item in found
        if item is not None and not scene_index.library_of(item) and has_hand_edits(scene, item)
    ]


class AsksAboutEdits:
    """Mixin of operators that bake: in a window they ask what becomes of hand-edited keys, where there are any."""

    hand_edits: EnumProperty(
        name="Edited Keys",
        description="What happens to keys that were changed by hand",
        items=(
            (KEEP, "Keep", "Keep the changes in this scene, on top of the new motion"),
            (FIX, "Pose Fixes", "Keep the changes of characters in the take: they ease in and out, and reach exports"),
            (REPLACE, "Replace", "Replace the changed keys. Undo brings them back"),
            (CANCEL, "Cancel", "Change nothing"),
        ),
        default=KEEP,
        options={"SKIP_SAVE"},
    )

    def invoke(self: Any, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not edited_parts(context.scene):
            return self.execute(context)
        return context.window_manager.invoke_props_dialog(self, width=_WIDTH_PX)

    def draw(self: Any, context: bpy.types.Context) -> None:
        who = ", ".join(edited_parts(context.scene))
        wrapped(self.layout, f"Keys of {who} were changed by hand since they were made.", _WIDTH_PX, "INFO")
        row = self.layout.row(align=True)
        for choice in (KEEP, FIX, REPLACE):  # the dialog has a button to cancel
            row.prop_enum(self, "hand_edits", choice)

    def keeps_edits(self: Any, scene: bpy.types.Scene) -> bool:
        """Whether edited keys are kept; those that shall be are made edits of the take first.

        Raises:
            TakeError: there are some, and nothing is to be changed; or they cannot be edits.
        """
        from romp_core.errors import TakeError

        if self.hand_edits == CANCEL and (who := edited_parts(scene)):
            raise TakeError(f"Keys of {', '.join(who)} were changed by hand, so nothing was done.")
        if self.hand_edits == FIX:
            pose_fixes.keep_keys(scene, take_list.selected_take(scene), scene.romp_mocap.pose_ease)
        return bool(self.hand_edits != REPLACE)
