"""Detecting the people of the first frame with people, before the capture."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.types import Operator

from romp_core.take.settings import CaptureSettings, from_mapping

from ...blender import icons, scene_index, settings_properties
from ...blender.paths import printable
from ...blender.reporting import Reporting
from ...blender.undo import push_undo
from ...models import files, options
from ...preferences import folders
from ...worker import jobs
from ...worker.launch import end_of_wait, must_wait, no_job, wait_property
from ...worker.outcome import Outcome
from ..requirements import existing_footage, is_folder
from . import properties

_IMAGE_SIDE = 640


class ROMP_MOCAP_OT_detect_people(Reporting, Operator):
    """Detect the people in the first frame, to select whom to capture"""

    bl_idname = "romp_mocap.detect_people"
    bl_label = "Select People"

    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        group = context.scene.romp_mocap
        if not group.source:
            cls.poll_message_set("Choose the footage first")
            return False
        for state in files.missing(group.capture.model):
            cls.poll_message_set(state.problem.removesuffix("."))
            return False
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.worker.commands import DetectPeople

        group = context.scene.romp_mocap
        source, settings = existing_footage(group.source), settings_properties.values(CaptureSettings, group.capture)
        if not is_folder(source):
            settings["frame_rate"] = 0.0  # the panel shows it, and means it, for folders alone
        own = options.values(group.capture.model_options, settings["model"])
        command = DetectPeople(
            source,
            str(folders.new_preview_path(source)),
            from_mapping(CaptureSettings, {**settings, "selection": "", "model_options": own}),
            _IMAGE_SIDE,
            str(folders.weights_folder()),
        )
        asked = context.scene.session_uid, group.source, settings["start"]
        title = f"Detect people in {printable(Path(source).name)}"
        return end_of_wait(self, jobs.start(title, command, lambda end: _arrived(end, *asked), must_wait(self.wait)))


def _arrived(outcome: Outcome, uid: int, source: str, start: float) -> str:
    """Offer the people in the scene that asked for them; returns a remark."""
    if outcome.kind != "finished":
        return ""
    scene = scene_index.scene_of(uid)
    group = scene.romp_mocap if scene else None
    if group is None or (group.source, group.capture.start) != (source, start):
        return "The footage has changed since: detect the people again."
    properties.offer(group, outcome.result)
    icons.load(outcome.result["image"])
    push_undo("Detect People")
    return "Select them by their numbers."


class ROMP_MOCAP_OT_clear_selection(Operator):
    """Clear the selection: everyone is captured again"""

    bl_idname = "romp_mocap.clear_selection"
    bl_label = "Clear"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        group = context.scene.romp_mocap
        properties.forget(group)
        group.capture.property_unset("new_people")
        return {"FINISHED"}


CLASSES = (ROMP_MOCAP_OT_detect_people, ROMP_MOCAP_OT_clear_selection)
