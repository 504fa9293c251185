"""Choosing people: a look at the first picture with people, before the capture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.types import Operator

from romp_core.take.settings import CaptureSettings

from .. import jobs, model_files, pictures, storage
from ..properties import choice, generated
from .footage import existing
from .reporting import Reporting
from .running import end_of_wait, must_wait, no_job, push_undo, scene_of, wait_property

_PICTURE_SIDE = 640


class MOCAP_OT_choose_people(Reporting, Operator):
    """Look for the people of the first picture, to choose among them"""

    bl_idname = "mocap.choose_people"
    bl_label = "Choose People"

    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        group = context.scene.mocap
        if not group.source:
            cls.poll_message_set("Choose the footage first")
            return False
        for state in model_files.missing(group.capture.model):
            cls.poll_message_set(state.problem.removesuffix("."))
            return False
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> set[str]:
        group = context.scene.mocap
        source, settings = existing(group.source), generated.values(CaptureSettings, group.capture)
        command = {
            "type": "scout",
            "source": source,
            "picture": str(storage.new_preview_path(source)),
            "longest": _PICTURE_SIDE,
            "capture": {**settings, "selection": ""},
            "weights": str(storage.weights_folder()),
        }
        asked = context.scene.session_uid, group.source, settings["start"]
        title = f"Look for people in {Path(source).name}"
        return end_of_wait(self, jobs.start(title, command, lambda end: _arrived(end, *asked), must_wait(self.wait)))


def _arrived(outcome: jobs.Outcome, uid: int, source: str, start: float) -> str:
    """Offer the people in the scene that asked for them; returns a remark."""
    if outcome.kind != "finished":
        return ""
    scene = scene_of(uid)
    group: Any = scene.mocap if scene else None
    if group is None or (group.source, group.capture.start) != (source, start):
        return "Other footage is chosen by now: look for people again."
    choice.offer(group, outcome.result)
    pictures.load(outcome.result["picture"])
    push_undo("Choose People")
    return "Choose them by their numbers."


class MOCAP_OT_clear_people(Operator):
    """Forget who was chosen: everybody is captured again"""

    bl_idname = "mocap.clear_people"
    bl_label = "Clear"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        group = context.scene.mocap
        choice.forget(group)
        group.capture.property_unset("new_people")
        return {"FINISHED"}


classes = (MOCAP_OT_choose_people, MOCAP_OT_clear_people)
