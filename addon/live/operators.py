"""Starting and stopping a live capture, recording, pausing and calibrating."""

from __future__ import annotations

import os
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from romp_core.take.settings import CaptureSettings, LiveSettings, SolveSettings, from_mapping, vmc_address

from ..blender import settings_properties
from ..blender.paths import find_file, printable
from ..blender.reporting import Reporting
from ..capture.requirements import require_model_files
from ..documents import locations
from ..models import online, options
from ..preferences import folders
from ..worker import jobs
from ..worker.launch import no_job
from . import control

_CALIBRATION_SECONDS = 2.0


class ROMP_MOCAP_OT_live_start(Reporting, Operator):
    """Let a camera, a stream or a video in real time move a character. Escape ends it"""

    bl_idname = "romp_mocap.live_start"
    bl_label = "Start Live"

    source: StringProperty(
        name="Source",
        description="Camera number, address or video. Leave empty to use the panel's",
        options={"SKIP_SAVE"},
    )
    target: StringProperty(
        name="Target",
        description="Name of an armature of your own. Leave empty to use the panel's",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        result = self.execute(context)
        if control.current() is not None and context.window is not None:
            bpy.ops.romp_mocap.live_watch("INVOKE_DEFAULT")
        return result

    def run(self, context: bpy.types.Context) -> None:
        from romp_core.errors import SettingsError
        from romp_core.jobs.live.messages import Live

        scene, group = context.scene, context.scene.romp_mocap
        own, model = group.live, group.capture.model
        source = (self.source or own.source).strip()
        if not source:
            raise SettingsError("No camera is chosen.", "Enter its number, such as 0, or an address.")
        online.require_for(source)
        if own.vmc.strip():
            vmc_address(own.vmc)
            online.require_for(f"udp://{own.vmc.strip()}", "the computer that motion is sent to")
        require_model_files(model)
        capture: dict[str, Any] = {"model": model, "people": own.people}
        if options.has_hands(model):
            capture["parts"] = group.capture.parts
        capture["model_options"] = options.values(group.capture.model_options, model)
        solve = {**settings_properties.values(SolveSettings, group.solve), "height": own.height}
        command = Live(
            _as_path(source),
            from_mapping(CaptureSettings, capture),
            from_mapping(SolveSettings, solve),
            from_mapping(LiveSettings, settings_properties.values(LiveSettings, own)),
            str(folders.weights_folder()),
        )
        running = control.Control(scene, _rig(self.target, own.rig))
        title = f"Live from {printable(source.rpartition('@')[2])}"  # not the password of an address
        jobs.start(title, command, running.finished, wait=False, live=running)


def _as_path(source: str) -> str:
    """The source; a file as an absolute path."""
    path = find_file(source)
    return path if not source.isdecimal() and "://" not in source and os.path.exists(path) else source


def _rig(name: str, chosen: bpy.types.Object | None) -> bpy.types.Object | None:
    """The armature of this name, else the chosen one. Raises RetargetError when it is none."""
    from romp_core.errors import RetargetError

    item = bpy.data.objects.get(name) if name else chosen
    if name and (item is None or item.type != "ARMATURE"):
        raise RetargetError(f'There is no armature "{name}".', "Choose the rig that is to move.")
    return item


class ROMP_MOCAP_OT_live_watch(Operator):
    """Wait for Escape, which ends the live capture"""

    bl_idname = "romp_mocap.live_watch"
    bl_label = "Live Capture"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        running = control.current()
        if running is None:
            return {"FINISHED", "PASS_THROUGH"}
        if event.type == "ESC" and event.value == "PRESS":
            running.stop()
            return {"FINISHED"}
        return {"PASS_THROUGH"}


class _Running(Reporting):
    """Mixin of operators that ask something of the live capture."""

    @classmethod
    def poll(cls: Any, context: bpy.types.Context) -> bool:
        if control.current() is None:
            cls.poll_message_set("Start a live capture first")
            return False
        return True

    def request(self, context: bpy.types.Context) -> Any:
        raise NotImplementedError

    def run(self, context: bpy.types.Context) -> None:
        running = control.current()
        if running is not None:
            running.ask(self.request(context))


class ROMP_MOCAP_OT_live_record(_Running, Operator):
    """Record the motion; it becomes an action, and a take that can be solved again"""

    bl_idname = "romp_mocap.live_record"
    bl_label = "Record"

    def request(self, context: bpy.types.Context) -> Any:
        from romp_core.jobs.live.messages import LiveRecord

        own = context.scene.romp_mocap.live
        return LiveRecord(locations.new_take("Live")[0], own.seconds, own.countdown)


class ROMP_MOCAP_OT_live_end_recording(_Running, Operator):
    """End the recording; the live capture goes on"""

    bl_idname = "romp_mocap.live_end_recording"
    bl_label = "Stop Recording"

    def request(self, context: bpy.types.Context) -> Any:
        from romp_core.jobs.live.messages import LiveStopRecording

        return LiveStopRecording()


class ROMP_MOCAP_OT_live_pause(_Running, Operator):
    """Pause the live capture and its recording, or go on"""

    bl_idname = "romp_mocap.live_pause"
    bl_label = "Pause"

    def request(self, context: bpy.types.Context) -> Any:
        from romp_core.jobs.live.messages import LivePause

        running = control.current()
        state = running.display.state if running is not None else None
        return LivePause(state is None or state.state != "paused")


class ROMP_MOCAP_OT_live_calibrate(_Running, Operator):
    """Stand still for two seconds: floor, facing and proportions are measured"""

    bl_idname = "romp_mocap.live_calibrate"
    bl_label = "Calibrate"

    def request(self, context: bpy.types.Context) -> Any:
        from romp_core.jobs.live.messages import LiveCalibrate

        return LiveCalibrate(_CALIBRATION_SECONDS, context.scene.romp_mocap.live.countdown)


class ROMP_MOCAP_OT_live_stop(_Running, Operator):
    """End the live capture; what was recorded is kept"""

    bl_idname = "romp_mocap.live_stop"
    bl_label = "Stop Live"

    def request(self, context: bpy.types.Context) -> Any:
        from romp_core.jobs.live.messages import LiveStop

        return LiveStop()


CLASSES = (
    ROMP_MOCAP_OT_live_start,
    ROMP_MOCAP_OT_live_watch,
    ROMP_MOCAP_OT_live_record,
    ROMP_MOCAP_OT_live_end_recording,
    ROMP_MOCAP_OT_live_pause,
    ROMP_MOCAP_OT_live_calibrate,
    ROMP_MOCAP_OT_live_stop,
)
