"""People of a take who are partly hidden, estimated again from the whole clip, into a take of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty
from bpy.types import Menu, Operator

from ..blender.reporting import Reporting
from ..capture.operators import take_arrived
from ..documents import locations, lookup
from ..models import files
from ..preferences import folders
from ..worker import jobs
from ..worker.launch import end_of_wait, must_wait, no_job, wait_property
from . import take_list
from .needs_take import NeedsTake
from .solve import solve_command

if TYPE_CHECKING:
    from romp_core.worker.commands import Refine

    from .properties import ROMP_MOCAP_PG_take

_MODEL = "moro"


class ROMP_MOCAP_OT_refine(Reporting, NeedsTake, Operator):
    """Estimate the people of the take again from the whole clip, with MoRo and your files. The take is kept"""

    bl_idname = "romp_mocap.refine"
    bl_label = "Refine Occluded People"

    who: EnumProperty(
        name="People",
        items=(
            ("all", "Everybody", "All people of the take"),
            ("selected", "Selected Person", "The selected person only, and whom edits join with them"),
        ),
    )
    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not (no_job(cls, context) and super().poll(context)):
            return False
        if missing := files.missing(_MODEL):
            cls.poll_message_set(f"{missing[0].problem} Choose it in MoRo's Files, in this menu")
            return False
        return True

    def run(self, context: bpy.types.Context) -> set[str]:
        scene, entry = context.scene, take_list.selected_take(context.scene)
        person = take_list.active_person(scene) if self.who == "selected" else None
        command, remark = refine_command(entry, (person.person_id,) if person else ())
        uid, title = scene.session_uid, f"Refine {entry.name}"
        outcome = jobs.start(title, command, lambda end: take_arrived(end, uid, remark), must_wait(self.wait))
        return end_of_wait(self, outcome)


def refine_command(entry: ROMP_MOCAP_PG_take, people: tuple[int, ...]) -> tuple[Refine, str]:
    """The command for people of a listed take as its entry says, and a remark about where the new take is.

    Raises TakeError.
    """
    from romp_core.worker.commands import Refine

    path = take_list.load(entry).footage.path
    out, remark = locations.new_take(path)
    footage = lookup.footage_file(entry, path)
    weights = str(folders.weights_folder())
    return Refine(**vars(solve_command(entry, out)), people=people, footage=footage, weights=weights), remark


class ROMP_MOCAP_MT_refiner_files(Menu):
    bl_label = "MoRo's Files"

    def draw(self, context: bpy.types.Context) -> None:
        from romp_core.models.registry import REFINERS

        self.layout.label(text=REFINERS[_MODEL].terms.commercial_line, icon="INFO")
        for key in files.keys(_MODEL)[0]:
            state = files.state(key)
            icon = "CHECKMARK" if state.path and not state.problem else "FILEBROWSER"
            self.layout.operator("romp_mocap.choose_file", text=state.file.title, icon=icon).key = key


CLASSES = (ROMP_MOCAP_OT_refine, ROMP_MOCAP_MT_refiner_files)
