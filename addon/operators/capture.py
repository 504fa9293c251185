"""Starting and cancelling the work of the worker: capture, solve again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import Operator

from romp_core.settings import CaptureSettings, SolveSettings

from .. import catalogue, jobs, storage
from ..properties import generated
from .reporting import Reporting


def _wait_property() -> Any:
    return BoolProperty(
        name="Wait",
        description="Return when the work is done; without a window this is always so",
        options={"SKIP_SAVE"},
    )


def must_wait(wished: bool) -> bool:
    """Timers do not run without a window."""
    return wished or bpy.app.background


def scene_of(uid: int) -> bpy.types.Scene | None:
    """The scene in which a job was started; None when another file was loaded since."""
    return next((scene for scene in bpy.data.scenes if scene.session_uid == uid), None)


def push_undo(message: str) -> None:
    """An undo step of its own for what a finished job changed, since no operator runs then."""
    if bpy.app.background:
        return
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo_push(message=message)


def no_job(cls: type, context: bpy.types.Context) -> bool:
    """Poll of operators that start a job."""
    if jobs.current() is not None:
        cls.poll_message_set("A capture is running: wait for it or cancel it first")
        return False
    return True


def end_of_wait(operator: Operator, outcome: jobs.Outcome | None) -> set[str]:
    """Operator result for a job that was started, or waited for."""
    if outcome is None:
        return {"FINISHED"}
    if outcome.kind == "failed":
        operator.report({"ERROR"}, outcome.text)
        return {"CANCELLED"}
    if outcome.text:
        operator.report({"INFO"}, outcome.text)
    return {"FINISHED"}


class MOCAP_OT_capture(Operator):
    """Find the people in the footage and make a character of each"""

    bl_idname = "mocap.capture"
    bl_label = "Capture"

    __annotations__ = {
        "filepath": StringProperty(
            name="Footage", description="Video, picture or folder of pictures", subtype="FILE_PATH"
        ),
        "out": StringProperty(
            name="Take File", description="Where to save the take; empty keeps it in the add-on's folder",
            subtype="FILE_PATH",
        ),
        "wait": _wait_property(),
        **generated.annotations(CaptureSettings),
        **generated.annotations(SolveSettings),
    }  # fmt: skip

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import MocapError

        group = context.scene.mocap
        try:
            source = _existing(self.filepath or group.source)
            out = bpy.path.abspath(self.out) or str(storage.new_take_path(source))
            command = {
                "type": "capture",
                "source": source,
                "out": out,
                "capture": generated.values(CaptureSettings, self.properties, group.capture),
                "solve": generated.values(SolveSettings, self.properties, group.solve),
            }
            uid = context.scene.session_uid
            title = f"Capture {Path(source).name}"
            outcome = jobs.start(title, command, lambda outcome: _take_arrived(outcome, uid), must_wait(self.wait))
        except MocapError as error:
            self.report({"ERROR"}, f"{error.sentence} {error.hint}".strip())
            return {"CANCELLED"}
        return end_of_wait(self, outcome)


class MOCAP_OT_solve(Operator):
    """Compute the motion of the take again with these settings; the network does not run"""

    bl_idname = "mocap.solve"
    bl_label = "Solve Again"

    wait: _wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context) and catalogue.active_take(context.scene) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        entry = catalogue.active_take(context.scene)
        return solve(self, context.scene, entry, catalogue.made_characters(context.scene, entry), must_wait(self.wait))


def solve(operator: Operator, scene: bpy.types.Scene, entry: Any, bake_ids: set[int], wait: bool) -> set[str]:
    """Start solving a listed take with its entry's settings, then bake these people; see `jobs.start` for `wait`."""
    from romp_core.errors import MocapError

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
        entry = catalogue.find_take(target, take_id) if target else None
        if entry is None or outcome.kind != "finished":
            return ""
        catalogue.add_take(target, outcome.take)
        remarks = catalogue.make_characters(target, entry, bake_ids) if bake_ids else []
        push_undo("Solve Again")
        return " ".join(remarks)

    try:
        outcome = jobs.start(f"Solve {entry.name}", command, solved, wait)
    except MocapError as error:
        operator.report({"ERROR"}, f"{error.sentence} {error.hint}".strip())
        return {"CANCELLED"}
    return end_of_wait(operator, outcome)


class MOCAP_OT_cancel(Operator):
    """Stop the running work; what was captured so far is kept"""

    bl_idname = "mocap.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return jobs.current() is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.cancel()
        return {"FINISHED"}


class MOCAP_OT_dismiss(Operator):
    """Hide this message"""

    bl_idname = "mocap.dismiss"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.dismiss()
        return {"FINISHED"}


class MOCAP_OT_show_log(Reporting, Operator):
    """Open the log of the latest run"""

    bl_idname = "mocap.show_log"
    bl_label = "Show Log"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        outcome = jobs.last_outcome()
        return outcome is not None and os.path.isfile(outcome.log)

    def run(self, context: bpy.types.Context) -> None:
        bpy.ops.wm.path_open(filepath=jobs.last_outcome().log)


def _take_arrived(outcome: jobs.Outcome, uid: int) -> str:
    """List the take of an ended capture, and make its characters where the capture was started."""
    if not outcome.take or not os.path.isfile(outcome.take):
        return ""
    scene = scene_of(uid)
    entry = catalogue.add_take(scene or bpy.context.scene, outcome.take)
    remarks = []
    if scene is None:
        remarks = ["Another file was opened meanwhile: the take is in the list."]
    elif outcome.kind == "finished":
        remarks = catalogue.make_characters(scene, entry, {item.person_id for item in entry.people})
    push_undo("Capture")
    return " ".join(remarks)


def _existing(source: str) -> str:
    """Absolute path of footage that is there. Raises FootageError."""
    from romp_core.errors import FootageError

    if not source:
        raise FootageError("No footage is chosen.", "Choose a video, a picture or a folder of pictures.")
    path = bpy.path.abspath(source)
    if not os.path.exists(path):
        raise FootageError(f'"{path}" does not exist.', "Choose the footage again.")
    return path


classes = (MOCAP_OT_capture, MOCAP_OT_solve, MOCAP_OT_cancel, MOCAP_OT_dismiss, MOCAP_OT_show_log)
