"""Working with the list of takes: open, save a copy, remove, make characters."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..blender import scene_index
from ..blender.paths import RELATIVE, find_file, target_file
from ..blender.reporting import Reporting
from ..blender.steps import Steps
from ..blender.undo import push_undo
from ..worker import jobs
from ..worker.launch import end_of_wait, must_wait, no_job
from ..worker.outcome import Outcome
from . import characters, edits, first_look, removal, solve_state, take_list
from .hand_edits import AsksAboutEdits
from .needs_take import NeedsTake
from .solve import solve_command, start_solving

if TYPE_CHECKING:
    from .properties import ROMP_MOCAP_PG_take


class ROMP_MOCAP_OT_open_take(Reporting, Operator, ImportHelper):
    """Add a take file to the list"""

    bl_idname = "romp_mocap.open_take"
    bl_label = "Open Take"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".npz"
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN"})
    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE", *RELATIVE})

    def run(self, context: bpy.types.Context) -> None:
        take_list.add_take(context.scene, find_file(self.filepath))


class ROMP_MOCAP_OT_save_take(Reporting, NeedsTake, Operator, ExportHelper):
    """Save a copy of the take file"""

    bl_idname = "romp_mocap.save_take"
    bl_label = "Save Take As"

    filename_ext = ".npz"
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN"})
    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE", *RELATIVE})

    def run(self, context: bpy.types.Context) -> str | set[str]:
        from romp_core.errors import TakeError

        entry = take_list.selected_take(context.scene)
        take = take_list.load(entry)
        if take.solved and not solve_state.shows(entry, take):  # the copy is what this scene shows
            title = f"Save {os.path.basename(self.filepath)}"
            command = solve_command(entry, target_file(self.filepath))
            return end_of_wait(self, jobs.start(title, command, lambda outcome: "", must_wait(False)))
        edits.load_edited(entry)
        source, target = Path(find_file(entry.path)), Path(target_file(self.filepath))
        try:
            if target.resolve() != source.resolve():
                shutil.copyfile(source, target)
        except OSError as error:
            raise TakeError(f'The take could not be saved to "{target}" ({error.strerror}).') from error
        return f"Saved {target.name}"


class ROMP_MOCAP_OT_recover_takes(Reporting, Operator):
    """Add captures that were interrupted, for example by a crash, to the list"""

    bl_idname = "romp_mocap.recover_takes"
    bl_label = "Recover Interrupted Captures"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> str:
        found, problems = take_list.recover_interrupted()
        for path in found:
            take_list.add_take(context.scene, path)
        return " ".join((f"Takes recovered: {len(found)}.", *problems))


class ROMP_MOCAP_OT_make_characters(AsksAboutEdits, Reporting, NeedsTake, Operator):
    """Make the characters of the take, or update them after a change"""

    bl_idname = "romp_mocap.make_characters"
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
        entry, person = take_list.selected_take(scene), take_list.active_person(scene)
        who = {item.person_id for item in entry.people}
        if self.which == "ACTIVE":
            who = {person.person_id} if person else set()
        keep = self.keeps_edits(scene)
        if not solve_state.shows(entry, take_list.load(entry)):
            return end_of_wait(self, start_solving(scene, entry, who, must_wait(False), keep_edits=keep))
        return end_of_wait(self, make_spread(scene, entry, who, keep))


def make_spread(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take, who: set[int], keep_edits: bool) -> Outcome | None:
    """Make characters in small steps where there is a window, else at once; see `jobs.start`."""
    uid, take_id, wait = scene.session_uid, entry.take_id, must_wait(False)

    def make(_outcome: Outcome) -> Steps[str]:
        target = scene_index.scene_of(uid)
        listed = take_list.find_take(target, take_id) if target is not None else None
        if target is None or listed is None:
            return ""
        remarks = yield from characters.make_characters_steps(target, listed, who, keep_edits=keep_edits)
        if not wait:
            push_undo("Make Characters")
        return " ".join(remarks)

    return jobs.work(f"Make characters of {entry.name}", make, wait)


class ROMP_MOCAP_OT_use_file_settings(Reporting, NeedsTake, Operator):
    """Take over people, heights and settings from the take file, and update the characters"""

    bl_idname = "romp_mocap.use_file_settings"
    bl_label = "Use File Settings"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and super().poll(context)

    def run(self, context: bpy.types.Context) -> str | set[str]:
        scene, entry = context.scene, take_list.selected_take(context.scene)
        take = take_list.load(entry)
        made = characters.made_characters(scene, entry)
        solve_state.take_over(entry, take)
        solve_state.note(scene, entry, wrote=False)
        for person in entry.removed_people:
            removal.remove_characters(scene, entry.take_id, person.person_id)
        made &= {item.person_id for item in entry.people}
        for person in entry.people:
            characters.rename_character(scene, entry, person)
        if not made:
            return {"FINISHED"}
        if not solve_state.shows(entry, take):
            return end_of_wait(self, start_solving(scene, entry, made, must_wait(False)))
        return " ".join(characters.make_characters(scene, entry, made, match_scene=False)) or {"FINISHED"}


class ROMP_MOCAP_OT_remove_take(Reporting, NeedsTake, Operator):
    """Remove the take from the list and its characters from the scene; the take file stays on disk"""

    bl_idname = "romp_mocap.remove_take"
    bl_label = "Remove Take"
    bl_options = {"REGISTER", "UNDO"}

    keep_characters: BoolProperty(name="Keep Characters", description="Keep what was made from the take in the scene")

    def run(self, context: bpy.types.Context) -> str | None:
        group, remarks = context.scene.romp_mocap, list[str]()
        if not self.keep_characters:
            remarks = removal.remove_characters(context.scene, group.takes[group.active_take].take_id)
        group.takes.remove(group.active_take)
        group.active_take = max(0, min(group.active_take, len(group.takes) - 1))
        return " ".join(remarks) or None


class ROMP_MOCAP_OT_remove_person(Reporting, Operator):
    """Remove the person from the take and the character from the scene; the captured data is kept"""

    bl_idname = "romp_mocap.remove_person"
    bl_label = "Remove Person"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return take_list.active_person(context.scene) is not None

    def run(self, context: bpy.types.Context) -> str | None:
        entry = take_list.selected_take(context.scene)
        person_id = entry.people[entry.active_person].person_id
        remarks = removal.remove_characters(context.scene, entry.take_id, person_id)
        edits.remove_person(entry, person_id)
        return " ".join(remarks) or None


class ROMP_MOCAP_OT_restore_person(Reporting, NeedsTake, Operator):
    """Bring back a removed person and the character"""

    bl_idname = "romp_mocap.restore_person"
    bl_label = "Restore Person"
    bl_options = {"REGISTER", "UNDO"}

    person_id: IntProperty(name="Person", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and super().poll(context)

    def run(self, context: bpy.types.Context) -> str | set[str]:
        from romp_core.errors import TakeError

        scene, entry = context.scene, take_list.selected_take(context.scene)
        if self.person_id not in [item.person_id for item in entry.removed_people]:
            raise TakeError("This person was not removed.")
        take = take_list.load(entry)
        edits.restore_person(entry, self.person_id)
        if not solve_state.shows(entry, take):
            made = characters.made_characters(scene, entry) | {self.person_id}
            return end_of_wait(self, start_solving(scene, entry, made, must_wait(False)))
        take = edits.load_edited(entry)
        if self.person_id not in [person.id for person in take.characters]:
            return "Solve again to compute the motion of this person"
        return " ".join(characters.make_characters(scene, entry, {self.person_id}, match_scene=False)) or {"FINISHED"}


class ROMP_MOCAP_OT_look_through(Reporting, NeedsTake, Operator):
    """Look at the characters of the take through its matched camera, which becomes the scene's"""

    bl_idname = "romp_mocap.look_through"
    bl_label = "Look Through Camera"
    bl_options = {"REGISTER", "UNDO"}

    def run(self, context: bpy.types.Context) -> None:
        from romp_core.errors import TakeError

        scene, entry = context.scene, take_list.selected_take(context.scene)
        camera = scene_index.find_object(scene, entry.take_id, scene_index.CAMERA)
        if camera is None:
            raise TakeError("This take has no camera in the scene.", "Use Make Characters.")
        scene.camera = camera
        if context.window is not None:
            first_look.look_through_camera(context.window, scene, entry)


CLASSES = (
    ROMP_MOCAP_OT_look_through,
    ROMP_MOCAP_OT_open_take,
    ROMP_MOCAP_OT_save_take,
    ROMP_MOCAP_OT_recover_takes,
    ROMP_MOCAP_OT_make_characters,
    ROMP_MOCAP_OT_use_file_settings,
    ROMP_MOCAP_OT_remove_take,
    ROMP_MOCAP_OT_remove_person,
    ROMP_MOCAP_OT_restore_person,
)
