"""Canceling the running job, and what to do with the message it left."""

from __future__ import annotations

import os

import bpy
from bpy.types import Operator

from .. import jobs


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


class MOCAP_OT_show_log(Operator):
    """Open the log of the latest run"""

    bl_idname = "mocap.show_log"
    bl_label = "Show Log"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        outcome = jobs.last_outcome()
        return outcome is not None and os.path.isfile(outcome.log)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return bpy.ops.wm.path_open(filepath=jobs.last_outcome().log)


classes = (MOCAP_OT_cancel, MOCAP_OT_dismiss, MOCAP_OT_show_log)
