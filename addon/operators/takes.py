"""Working with the list of takes: open, save a copy, remove, make characters."""

from __future__ import annotations

import shutil
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ExportHelper, ImportHelper

from .. import catalog
from .reporting import Reporting
from .running import end_of_wait, must_wait, no_job
from .solve import start_solving


class _NeedsTake:
    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return catalog.active_take(context.scene) is not None


class MOCAP_OT_open_take(Reporting, Operator, ImportHelper):
    """Add a take file to the list"""

    bl_idname = "mocap.open_take"
    bl_label = "Open Take"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".npz"
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN"})

    def run(self, context: bpy.types.Context) -> None:
        catalog.add_take(context.scene, bpy.path.abspath(self.filepath))


class MOCAP_OT_save_take(Reporting, _NeedsTake, Operator, ExportHelper):
    """Save a copy of the take file"""

    bl_idname = "mocap.save_take"
    bl_label = "Save Take As"

    filename_ext = ".npz"
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN"})

    def run(self, context: bpy.types.Context) -> str:
        from romp_core.errors import TakeError

        source = Path(bpy.path.abspath(catalog.active_take(context.scene).path))
        target = Path(bpy.path.abspath(self.filepath))
        try:
            if target.resolve() != source.resolve():
                shutil.copyfile(source, target)
        except OSError as error:
            raise TakeError(f'The take could not be saved to "{target}" ({error.strerror}).') from error
        return f"Saved {target.name}"


class MOCAP_OT_recover_takes(Reporting, Operator):
    """List what captures kept that were broken off together with Blender"""

    bl_idname = "mocap.recover_takes"
    bl_label = "Recover Interrupted Captures"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> str:
        paths = catalog.recover_interrupted()
        for path in paths:
            catalog.add_take(context.scene, path)
        return f"Takes recovered: {len(paths)}"


class MOCAP_OT_make_characters(Reporting, _NeedsTake, Operator):
    """Make the characters of the take, or make them anew after a change"""

    bl_idname = "mocap.make_characters"
    bl_label = "Make Characters"
    bl_options = {"REGISTER", "UNDO"}

    which: EnumProperty(
        name="Who",
        items=(
            ("ALL", "Everyone", "All people of the take"),
            ("ACTIVE", "Selected", "The person selected in the list"),
        ),
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and super().poll(context)

    def run(self, context: bpy.types.Context) -> str | set[str]:
        scene = context.scene
        entry, person = catalog.active_take(scene), catalog.active_person(scene)
        who = {item.person_id for item in entry.people}
        if self.which == "ACTIVE":
            who = {person.person_id} if person else set()
        if not catalog.is_solved(entry):  # a cancelled capture
            return end_of_wait(self, start_solving(scene, entry, who, must_wait(False)))
        return " ".join(catalog.make_characters(scene, entry, who)) or {"FINISHED"}


class MOCAP_OT_remove_take(Reporting, _NeedsTake, Operator):
    """Remove the take from the list, and its characters from the scene; the take file stays on disk"""

    bl_idname = "mocap.remove_take"
    bl_label = "Remove Take"
    bl_options = {"REGISTER", "UNDO"}

    keep_characters: BoolProperty(name="Keep Characters", description="Leave what was made from the take in the scene")

    def run(self, context: bpy.types.Context) -> None:
        group = context.scene.mocap
        if not self.keep_characters:
            catalog.remove_characters(context.scene, group.takes[group.active_take].take_id)
        group.takes.remove(group.active_take)
        group.active_take = max(0, min(group.active_take, len(group.takes) - 1))


class MOCAP_OT_remove_person(Reporting, Operator):
    """Remove the person from the list and the character from the scene; the take file stays as it is"""

    bl_idname = "mocap.remove_person"
    bl_label = "Remove Person"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return catalog.active_person(context.scene) is not None

    def run(self, context: bpy.types.Context) -> None:
        entry = catalog.active_take(context.scene)
        person = catalog.active_person(context.scene)
        catalog.remove_characters(context.scene, entry.take_id, person.person_id)
        entry.people.remove(entry.active_person)
        entry.active_person = max(0, min(entry.active_person, len(entry.people) - 1))


classes = (
    MOCAP_OT_open_take,
    MOCAP_OT_save_take,
    MOCAP_OT_recover_takes,
    MOCAP_OT_make_characters,
    MOCAP_OT_remove_take,
    MOCAP_OT_remove_person,
)
