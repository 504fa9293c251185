"""Cancelling the running job, and what to do with the message it left."""

from __future__ import annotations

import os

import bpy
from bpy.types import Operator

from . import jobs


class ROMP_MOCAP_OT_cancel(Operator):
    """Stop the running job; the frames captured so far are saved"""

    bl_idname = "romp_mocap.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return jobs.current() is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.cancel()
        return {"FINISHED"}


class ROMP_MOCAP_OT_dismiss(Operator):
    """Hide this message"""

    bl_idname = "romp_mocap.dismiss"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.dismiss()
        return {"FINISHED"}


class ROMP_MOCAP_OT_show_log(Operator):
    """Open the log of the latest job"""

    bl_idname = "romp_mocap.show_log"
    bl_label = "Show Log"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        outcome = jobs.last_outcome()
        return outcome is not None and os.path.isfile(outcome.log)

    def execute(self, context: bpy.types.Context) -> set[str]:
        outcome = jobs.last_outcome()
        return bpy.ops.wm.path_open(filepath=outcome.log) if outcome else {"CANCELLED"}


CLASSES = (ROMP_MOCAP_OT_cancel, ROMP_MOCAP_OT_dismiss, ROMP_MOCAP_OT_show_log)
