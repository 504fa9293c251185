"""While an outcome acts on the scene step by step, the user can look and cancel, but change nothing."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Operator

from . import jobs

_HARMLESS = {"MOUSEMOVE", "INBETWEEN_MOUSEMOVE", "WINDOW_DEACTIVATE"}


class ROMP_MOCAP_OT_hold(Operator):
    """Wait until the characters are made; Escape takes them back"""

    bl_idname = "romp_mocap.hold"
    bl_label = "Making Characters"
    bl_options = {"INTERNAL"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        session = jobs.current()
        if session is None or session.outcome is None:
            return {"FINISHED", "PASS_THROUGH"}
        if event.type == "ESC" and event.value == "PRESS":
            jobs.cancel()
        is_timer = event.type.startswith("TIMER")
        return {"PASS_THROUGH"} if is_timer or event.type in _HARMLESS else {"RUNNING_MODAL"}


def begin() -> None:
    """Hold the windows until the running job has ended."""
    for window in bpy.context.window_manager.windows:
        with bpy.context.temp_override(window=window):
            bpy.ops.romp_mocap.hold("INVOKE_DEFAULT")


@bpy.app.handlers.persistent
def _take_back(*_arguments: Any) -> None:
    """Another file is loaded, or a script undoes: what is half made does not stay."""
    session = jobs.current()
    if session is not None and session.outcome is not None:
        jobs.cancel()


@bpy.app.handlers.persistent
def _complete(*_arguments: Any) -> None:
    """A script saves the file: nothing half made is saved."""
    session = jobs.current()
    if session is not None and session.outcome is not None:
        session.complete()


def register() -> None:
    """Listen to what scripts do to the file."""
    for handlers in (bpy.app.handlers.load_pre, bpy.app.handlers.undo_pre, bpy.app.handlers.redo_pre):
        handlers.append(_take_back)
    bpy.app.handlers.save_pre.append(_complete)


def unregister() -> None:
    """Undo `register`."""
    for handlers in (bpy.app.handlers.load_pre, bpy.app.handlers.undo_pre, bpy.app.handlers.redo_pre):
        handlers.remove(_take_back)
    bpy.app.handlers.save_pre.remove(_complete)


CLASSES = (ROMP_MOCAP_OT_hold,)
