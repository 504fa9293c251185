"""Undo steps for what changes outside of an operator."""

from __future__ import annotations

import bpy


def push_undo(message: str) -> None:
    """Make an undo step for what a finished job changed, since no operator runs then."""
    if bpy.app.background:
        return
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo_push(message=message)
