"""From raw observations to motion again, without the network."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Operator

from romp_core.take.settings import SolveSettings

from .. import catalog, jobs, scene_index
from ..properties import generated
from .reporting import Reporting
from .running import end_of_wait, must_wait, no_job, push_undo, scene_of, wait_property


class MOCAP_OT_solve(Reporting, Operator):
    """Compute the motion of the take again with these settings; the network does not run"""

    bl_idname = "mocap.solve"
    bl_label = "Solve Again"

    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and catalog.active_take(context.scene) is not None

    def run(self, context: bpy.types.Context) -> set[str]:
        entry = catalog.active_take(context.scene)
        made = catalog.made_characters(context.scene, entry)
        return end_of_wait(self, start_solving(context.scene, entry, made, must_wait(self.wait)))


def start_solving(scene: bpy.types.Scene, entry: Any, bake_ids: set[int], wait: bool) -> jobs.Outcome | None:
    """Solve a listed take with its entry's settings, then make the characters of these people; see `jobs.start`."""
    path = bpy.path.abspath(entry.path)
    command = {
        "type": "solve",
        "take": path,
        "out": path,
        "solve": generated.values(SolveSettings, entry.solve),
        "heights": {str(item.person_id): item.height or None for item in entry.people},
    }
    uid, take_id = scene.session_uid, entry.take_id

    def solved(outcome: jobs.Outcome) -> str:
        target = scene_of(uid)
        entry = catalog.find_take(target, take_id) if target else None
        if entry is None or outcome.kind != "finished":
            return ""
        catalog.add_take(target, outcome.take)
        is_new = scene_index.find_collection(target, take_id) is None
        remarks = catalog.make_characters(target, entry, bake_ids, match_scene=is_new) if bake_ids else []
        push_undo("Solve Again")
        return " ".join(remarks)

    return jobs.start(f"Solve {entry.name}", command, solved, wait)


classes = (MOCAP_OT_solve,)
