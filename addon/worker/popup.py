"""Telling the end of long work, and what went wrong, wherever the user is: the sidebar may be closed."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from .outcome import Outcome

LONG_SECONDS = 10.0
_CHARACTERS = 60
_OURS = "ROMP_MOCAP_OT_"


def is_worth_it(outcome: Outcome, seconds: float) -> bool:
    """Whether an outcome should interrupt: a failure, or the end of work that was long enough to walk away from."""
    return bool(outcome.text) and (outcome.kind == "failed" or (outcome.kind == "finished" and seconds >= LONG_SECONDS))


def tell(outcome: Outcome, title: str) -> None:
    """Show an outcome at the mouse; nothing while the user is dragging something, since the panel shows it as well.

    Args:
        title: of the job.
    """
    windows = bpy.context.window_manager.windows
    if bpy.app.background or not windows or _is_busy(windows[0]):
        return
    failed = outcome.kind == "failed"

    def draw(menu: Any, _context: bpy.types.Context) -> None:
        for paragraph in filter(None, (outcome.sentence, outcome.hint)):
            for line in textwrap.wrap(paragraph, _CHARACTERS):
                menu.layout.label(text=line)
        if outcome.details and os.path.isfile(outcome.log):
            menu.layout.operator("romp_mocap.show_log", icon="TEXT")

    with bpy.context.temp_override(window=windows[0]):
        bpy.context.window_manager.popup_menu(draw, title=title, icon="ERROR" if failed else "CHECKMARK")


def _is_busy(window: bpy.types.Window) -> bool:
    """Whether the user is in the middle of something; what the extension itself waits for does not count."""
    return any(not each.bl_idname.startswith(_OURS) for each in window.modal_operators)
