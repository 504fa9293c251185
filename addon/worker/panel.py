"""The running job and the latest outcome, drawn as parts of a panel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import bpy

from ..blender.layout import wrapped
from .jobs import Session
from .outcome import Outcome

if TYPE_CHECKING:
    from romp_core.worker.commands import Progressed

_STAGES = {
    "capture": "Capturing",
    "detect_people": "Detecting people",
    "solve": "Solving motion",
    "verify": "Checking the file",
}


def draw_running(layout: bpy.types.UILayout, session: Session, width: float) -> None:
    """Progress of a job, what it runs on, and the button that cancels it."""
    progress, started = session.progress, session.started
    layout.label(text=session.title, icon="RENDER_ANIMATION")
    share = min(progress.done / progress.total, 1.0) if progress and progress.total else 0.0
    layout.progress(factor=share, text=progress_text(progress) if progress else "Starting\u2026")
    if started:
        provider = started.provider.removesuffix("ExecutionProvider")
        layout.label(text=f"{started.model} on {provider}, {started.width} x {started.height}")
        wrapped(layout, started.remark, width, "ERROR")
    row = layout.row()
    row.scale_y = 1.5
    row.enabled = not (session.cancelling or session.saving)
    text = "Saving\u2026" if session.saving else "Cancelling\u2026" if session.cancelling else "Cancel"
    row.operator("romp_mocap.cancel", text=text, icon="CANCEL")


def draw_outcome(layout: bpy.types.UILayout, outcome: Outcome, width: float) -> None:
    """The message that a job left."""
    box = layout.box()
    row = box.row()
    wrapped(row, outcome.text, width - 70, "ERROR" if outcome.kind == "failed" else "INFO")
    row.operator("romp_mocap.dismiss", text="", icon="X", emboss=False)
    if outcome.details and os.path.isfile(outcome.log):
        box.operator("romp_mocap.show_log", icon="TEXT")


def progress_text(progress: Progressed) -> str:
    """One line: stage, frames or megabytes, speed, and time left."""
    parts = [_STAGES[progress.stage]] if progress.stage in _STAGES else []
    count = f"{progress.done:.0f} / {progress.total:.0f}" if progress.total else f"{progress.done:.0f}"
    if progress.stage in ("capture", "detect_people"):
        parts += [count, f"{progress.fps:.1f} fps"]
    if progress.stage == "download":
        parts += [f"{count} MB", f"{progress.fps:.1f} MB/s"]
    if progress.eta > 0:
        minutes, seconds = divmod(round(progress.eta), 60)
        parts.append(f"{minutes}:{seconds:02} left")
    return ", ".join(parts)
