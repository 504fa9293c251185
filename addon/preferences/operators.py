"""Self-test and clearing logs."""

from __future__ import annotations

import bpy
from bpy.types import Operator

from ..blender.reporting import Reporting
from ..worker import jobs
from ..worker.launch import end_of_wait, must_wait, no_job, wait_property
from . import disk_usage, folders


class ROMP_MOCAP_OT_self_test(Reporting, Operator):
    """Run the built-in model on a few frames, and report what is missing if that fails"""

    bl_idname = "romp_mocap.self_test"
    bl_label = "Run Self-Test"

    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.worker.commands import SelfTest

        return end_of_wait(self, jobs.start("Self-Test", SelfTest(), lambda outcome: "", must_wait(self.wait)))


class ROMP_MOCAP_OT_clear_files(Reporting, Operator):
    """Delete the logs of jobs and the images of people to select from; takes stay"""

    bl_idname = "romp_mocap.clear_files"
    bl_label = "Delete Logs"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def run(self, context: bpy.types.Context) -> None:
        folders.clear()
        disk_usage.forget()


CLASSES = (ROMP_MOCAP_OT_self_test, ROMP_MOCAP_OT_clear_files)
