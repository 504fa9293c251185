"""Capturing footage."""

from __future__ import annotations

import os
from pathlib import Path

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from romp_core.take.settings import CaptureSettings, SolveSettings

from .. import catalog, jobs, model_files, storage
from ..properties import generated
from .footage import absolute, existing
from .reporting import Reporting
from .running import end_of_wait, must_wait, no_job, push_undo, scene_of, wait_property


class MOCAP_OT_capture(Reporting, Operator):
    """Find the people in the footage and make a character of each"""

    bl_idname = "mocap.capture"
    bl_label = "Capture"

    __annotations__ = {
        "filepath": StringProperty(
            name="Footage", description="Video, picture or folder of pictures", subtype="FILE_PATH"
        ),
        "out": StringProperty(
            name="Take File",
            description="Where to save the take; empty keeps it in the add-on's folder",
            subtype="FILE_PATH",
        ),
        "wait": wait_property(),
        **generated.annotations(CaptureSettings),
        **generated.annotations(SolveSettings),
    }

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> set[str]:
        group = context.scene.mocap
        source = existing(self.filepath or group.source)
        settings = generated.values(CaptureSettings, self.properties, group.capture)
        same_start = settings["start"] == group.capture.start and source == absolute(group.source)
        if not same_start and not self.properties.is_property_set("selection"):
            settings["selection"] = ""  # the panel's were chosen in another picture
        _check_files(settings["model"])
        command = {
            "type": "capture",
            "source": source,
            "out": bpy.path.abspath(self.out) or str(storage.new_take_path(source)),
            "capture": settings,
            "solve": generated.values(SolveSettings, self.properties, group.solve),
            "weights": str(storage.weights_folder()),
        }
        uid = context.scene.session_uid
        title = f"Capture {Path(source).name}"
        return end_of_wait(self, jobs.start(title, command, lambda end: take_arrived(end, uid), must_wait(self.wait)))


def take_arrived(outcome: jobs.Outcome, uid: int) -> str:
    """List the take of an ended capture, and make its characters where the capture was started; returns remarks.

    Args:
        uid: session_uid of the scene in which the capture was started.
    """
    if not outcome.take or not os.path.isfile(outcome.take):
        return ""
    scene = scene_of(uid)
    entry = catalog.add_take(scene or bpy.context.scene, outcome.take)
    remarks = [entry.remark] if entry.remark else []
    if scene is None:
        remarks += ["The scene of this capture is gone: the take is in the list."]
    elif outcome.kind == "finished":
        remarks += catalog.make_characters(scene, entry, {item.person_id for item in entry.people})
    push_undo("Capture")
    return " ".join(remarks)


def _check_files(model: str) -> None:
    """Raise ModelError when the model lacks files."""
    from romp_core.errors import ModelError
    from romp_core.weights.store import advice

    for state in model_files.missing(model):
        raise ModelError(state.problem, advice(state.file))


classes = (MOCAP_OT_capture,)
