"""Self-test and clean-up, for the preferences."""

from __future__ import annotations

import bpy
from bpy.types import Operator

from .. import jobs, storage
from .reporting import Reporting
from .running import end_of_wait, no_job


class MOCAP_OT_self_test(Reporting, Operator):
    """Run a few pictures through the built-in model, and say what is missing if that fails"""

    bl_idname = "mocap.self_test"
    bl_label = "Self-Test"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> set[str]:
        return end_of_wait(self, jobs.start("Self-test", {"type": "self_test"}, lambda outcome: "", wait=True))


class MOCAP_OT_clear_files(Reporting, Operator):
    """Delete all takes and logs that the add-on keeps; characters in your scenes stay"""

    bl_idname = "mocap.clear_files"
    bl_label = "Delete Kept Takes and Logs"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def run(self, context: bpy.types.Context) -> None:
        storage.clear()


classes = (MOCAP_OT_self_test, MOCAP_OT_clear_files)
