"""Capturing footage."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from romp_core.take.settings import CaptureSettings, SolveSettings, from_mapping

from ..blender import scene_index, settings_properties
from ..blender.paths import RELATIVE, printable, target_file
from ..blender.reporting import Reporting
from ..blender.steps import Steps
from ..blender.undo import push_undo
from ..documents import locations, lookup
from ..models import options
from ..preferences import folders
from ..takes import characters, first_look, take_list, warnings
from ..takes.summary import NEXT_STEPS, summary
from ..worker import jobs
from ..worker.launch import end_of_wait, must_wait, no_job, wait_property
from ..worker.outcome import Outcome
from ..worker.session import Session
from .kept import what_is_kept
from .requirements import existing_footage, is_folder, require_model_files


class ROMP_MOCAP_OT_capture(Reporting, Operator):
    """Capture the people in the footage and make a character for each"""

    bl_idname = "romp_mocap.capture"
    bl_label = "Capture"

    __annotations__ = {
        "filepath": StringProperty(
            name="Footage",
            description="Video, image, or folder of images",
            subtype="FILE_PATH",
            options=RELATIVE,
        ),
        "out": StringProperty(
            name="Take File",
            description="Where to save the take. Leave empty to save it where the preferences say",
            subtype="FILE_PATH",
            options=RELATIVE,
        ),
        "wait": wait_property(),
        "model_options": options.override_property(),
        **settings_properties.properties_of(CaptureSettings, items={"model": options.model_items}),
        **settings_properties.properties_of(SolveSettings),
    }

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> set[str]:
        group = context.scene.romp_mocap
        source = existing_footage(self.filepath or group.source)
        settings = settings_properties.values(CaptureSettings, self.properties, group.capture)
        same_start = settings["start"] == group.capture.start and source == lookup.source_file(group.source)
        if not same_start and not self.properties.is_property_set("selection"):
            settings["selection"] = ""  # the panel's was made in another frame
        if not is_folder(source) and not self.properties.is_property_set("frame_rate"):
            settings["frame_rate"] = 0.0  # the panel shows it, and means it, for folders alone
        if not options.has_hands(settings["model"]) and not self.properties.is_property_set("parts"):
            settings["parts"] = "body"  # the panel does not show it for this model
        own = options.values(group.capture.model_options, settings["model"], self.model_options)
        out, remark = (target_file(self.out), "") if self.out else locations.new_take(source)
        capture = from_mapping(CaptureSettings, {**settings, "model_options": own})
        solve = from_mapping(SolveSettings, settings_properties.values(SolveSettings, self.properties, group.solve))
        outcome = start_capture(context.scene, source, out, capture, solve, must_wait(self.wait), remark)
        return end_of_wait(self, outcome)


def start_capture(
    scene: bpy.types.Scene,
    source: str,
    out: str,
    capture: CaptureSettings,
    solve: SolveSettings,
    wait: bool,
    remark: str = "",
    watch: Callable[[Session], None] | None = None,
) -> Outcome | None:
    """Capture into a take, and make its characters in a scene; see `jobs.start`.

    Args:
        remark: about where the take is.

    Raises:
        romp_core.errors.MocapError: the model lacks files, or a job is running already.
    """
    from romp_core.worker.commands import Capture

    require_model_files(capture.model)
    command, uid = Capture(source, out, capture, solve, str(folders.weights_folder())), scene.session_uid
    title = f"Capture {printable(Path(source).name)}"
    return jobs.start(title, command, lambda end: take_arrived(end, uid, remark), wait, watch=watch)


def take_arrived(outcome: Outcome, uid: int, remark: str = "") -> Steps[str]:
    """List the take of an ended capture, and make its characters where the capture was started; returns remarks.

    Args:
        uid: session_uid of the scene in which the capture was started. remark: about where the take is.
    """
    from romp_core.storage.take_file import load_take

    if not outcome.take or not os.path.isfile(outcome.take):
        return ""
    take = load_take(outcome.take)
    if outcome.kind != "finished" and not take.people:
        return ""
    scene = scene_index.scene_of(uid)
    entry = take_list.add_take(scene or bpy.context.scene, outcome.take, take)
    kept = "" if outcome.kind == "finished" else what_is_kept(outcome, take)
    remarks = [each for each in (kept, remark, entry.remark) if each]
    if scene is None:
        remarks += ["The scene of this capture was closed: the take is in the list of this scene."]
    elif outcome.kind == "finished" and not take.has_poses:  # the take's remark says what it is for
        outcome.sentence = outcome.sentence or summary(entry)
    elif outcome.kind == "finished":
        who = {item.person_id for item in entry.people}
        remarks += yield from characters.make_characters_steps(scene, entry, who)
        outcome.sentence = outcome.sentence or summary(entry)
        if not bpy.app.background and scene.romp_mocap.show_result:
            remarks += first_look.show_result(scene, entry)
        remarks += [*warnings.first_ones(entry), NEXT_STEPS]
    push_undo("Capture")
    return " ".join(remarks)


CLASSES = (ROMP_MOCAP_OT_capture,)
