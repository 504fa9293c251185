"""The running job in the top bar and the status bar, which every workspace has, with a button to cancel it."""

from __future__ import annotations

from typing import Any

import bpy

from . import jobs
from .panel import progress_text

_BAR_UNITS = 11.0
_regions: dict[str, tuple[bpy.types.Window, bpy.types.Region]] = {}
"""Of the two bars, as they were last drawn: they belong to no screen, where areas are found else."""


def draw_top_bar(header: Any, context: bpy.types.Context) -> None:
    """Added to the right half of the top bar."""
    if context.region.alignment == "RIGHT":
        _note("top", context)
        _draw(header.layout)


def draw_status_bar(header: Any, context: bpy.types.Context) -> None:
    """Added to the status bar."""
    _note("status", context)
    _draw(header.layout)


def redraw() -> None:
    """Draw both bars again, as far as they are still there."""
    windows = bpy.context.window_manager.windows[:]
    for name, (window, region) in tuple(_regions.items()):
        if window in windows and (name == "top" or window.screen.show_statusbar):
            region.tag_redraw()
        else:
            del _regions[name]


@bpy.app.handlers.persistent
def _forget(*_arguments: Any) -> None:
    """Windows are made anew when a file is loaded."""
    _regions.clear()


def register() -> None:
    """Add the indicator to both bars."""
    bpy.types.TOPBAR_HT_upper_bar.prepend(draw_top_bar)
    bpy.types.STATUSBAR_HT_header.append(draw_status_bar)
    bpy.app.handlers.load_pre.append(_forget)


def unregister() -> None:
    """Undo `register`."""
    bpy.types.TOPBAR_HT_upper_bar.remove(draw_top_bar)
    bpy.types.STATUSBAR_HT_header.remove(draw_status_bar)
    if _forget in bpy.app.handlers.load_pre:
        bpy.app.handlers.load_pre.remove(_forget)
    _forget()


def _note(name: str, context: bpy.types.Context) -> None:
    if context.window is not None and context.window.parent is None:
        _regions[name] = context.window, context.region


def _draw(layout: bpy.types.UILayout) -> None:
    session = jobs.current()
    if session is None or session.quiet:
        return
    row = layout.row(align=True)
    bar = row.row(align=True)
    bar.ui_units_x = _BAR_UNITS
    text = progress_text(session.progress) if session.progress is not None else session.title
    bar.progress(factor=session.share, text=text)
    button = row.row(align=True)
    button.enabled = not (session.cancelling or session.saving)
    button.operator("romp_mocap.cancel", text="", icon="CANCEL")
