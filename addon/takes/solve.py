"""From raw observations to motion again, without running the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.types import Operator

from ..blender import scene_index
from ..blender.paths import find_file
from ..blender.reporting import Reporting
from ..blender.steps import Steps
from ..blender.undo import push_undo
from ..documents import lookup
from ..worker import jobs
from ..worker.launch import end_of_wait, must_wait, no_job, wait_property
from ..worker.outcome import Outcome
from . import characters, edits, live_update, solve_state, take_list
from .hand_edits import AsksAboutEdits

if TYPE_CHECKING:
    from romp_core.worker.commands import AddParts, Solve

    from .properties import ROMP_MOCAP_PG_take


class ROMP_MOCAP_OT_solve(AsksAboutEdits, Reporting, Operator):
    """Compute the motion of the take again with these settings, without running the model"""

    bl_idname = "romp_mocap.solve"
    bl_label = "Solve Again"

    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and take_list.active_take(context.scene) is not None

    def run(self, context: bpy.types.Context) -> set[str]:
        entry = take_list.selected_take(context.scene)
        made, keep = characters.made_characters(context.scene, entry), self.keeps_edits(context.scene)
        return end_of_wait(self, start_solving(context.scene, entry, made, must_wait(self.wait), keep_edits=keep))


def start_solving(
    scene: bpy.types.Scene,
    entry: ROMP_MOCAP_PG_take,
    bake_ids: set[int],
    wait: bool,
    quiet: bool = False,
    keep_edits: bool = True,
    parts: str = "",
) -> Outcome | None:
    """Solve a listed take with its entry's settings, then make the characters of these people; see `jobs.start`.

    Args:
        parts: hands or faces to find in the footage before that, as in `CaptureSettings`; "" for none.

    Raises:
        romp_core.errors.MocapError: the take file is unusable, or a job is running.
    """
    command = solve_command(entry, lookup.take_file(entry))
    title = f"Solve {entry.name}"
    if parts:
        command, title = adding(command, entry, parts), f"Add Parts to {entry.name}"
    uid, take_id = scene.session_uid, entry.take_id

    def solved(outcome: Outcome) -> Steps[str]:
        target = scene_index.scene_of(uid)
        entry = take_list.find_take(target, take_id) if target else None
        if target is None or entry is None:
            return ""
        if outcome.kind != "finished":
            edits.save(entry, job_ended=True)  # what was decided is not lost with the solve
            return ""
        solve_state.note(target, entry, wrote=True)
        entry.unsolved = False
        is_new, remarks = not scene_index.is_known(target, take_id), list[str]()
        if bake_ids:
            remarks = yield from characters.make_characters_steps(target, entry, bake_ids, is_new, keep_edits)
        solve_state.share(target, entry)
        if quiet:
            live_update.push_undo_when_settled()
        else:
            push_undo("Solve Again")
        return " ".join(remarks)

    return jobs.start(title, command, solved, wait, quiet)


def solve_command(entry: ROMP_MOCAP_PG_take, out: str) -> Solve:
    """The command that solves a listed take as its entry says, into this file. Raises TakeError."""
    from romp_core.worker.commands import Solve

    take = take_list.load(entry)
    heights = {item.person_id: item.height or None for item in entry.people}
    return Solve(find_file(entry.path), out, solve_state.settings_of(entry), heights, edits.edited(entry, take).edits)


def adding(command: Solve, entry: ROMP_MOCAP_PG_take, parts: str) -> AddParts:
    """The same command, but with parts to be found in the footage before. Raises TakeError."""
    from romp_core.worker.commands import AddParts

    footage = lookup.footage_file(entry, take_list.load(entry).footage.path)
    return AddParts(**vars(command), parts=parts, footage=footage)


CLASSES = (ROMP_MOCAP_OT_solve,)
