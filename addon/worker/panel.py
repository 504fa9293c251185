"""The running job and the latest outcome, drawn as parts of a panel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import bpy

from ..blender.layout import faint, wrapped
from .outcome import Outcome

if TYPE_CHECKING:
    from romp_core.worker.commands import Progressed

    from .session import Session

_STAGES = {
    "capture": "Capturing",
    "detect_people": "Detecting people",
    "refine": "Refining people",
    "solve": "Solving motion",
    "verify": "Checking the file",
    "self_test": "Testing",
    "make": "Making characters",
}


def draw_running(layout: bpy.types.UILayout, session: Session, width: float) -> None:
    """Progress of a job, what it runs on, and the button that cancels it."""
    draw_progress(layout, session)
    started = session.started
    faint(layout, session.title, width)
    if started:
        provider = started.provider.removesuffix("ExecutionProvider")
        faint(layout, f"{started.model} on {provider}, {started.width} x {started.height}", width)
        wrapped(layout, started.remark, width, "ERROR")


def draw_progress(layout: bpy.types.UILayout, session: Session) -> None:
    """Two rows as high as the button that started it: a bar, and the button that cancels it."""
    progress = session.progress
    column = layout.column(align=True)
    text = progress_text(progress) if progress else "Starting\u2026"
    column.progress(factor=session.share, text=text)
    row = column.row()
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


def stage_text(session: Session) -> str:
    """What a job is at, in two words."""
    progress = session.progress
    return _STAGES.get(progress.stage, session.title) if progress is not None else "Starting\u2026"


def progress_text(progress: Progressed) -> str:
    """One line: stage, frames or megabytes, speed, and time left."""
    parts = [_STAGES[progress.stage]] if progress.stage in _STAGES else []
    count = f"{progress.done:.0f} / {progress.total:.0f}" if progress.total else f"{progress.done:.0f}"
    if progress.stage in ("capture", "refine", "detect_people"):
        parts += [count, f"{progress.fps:.1f} fps"]
    if progress.stage == "self_test":
        parts += [f"frame {count}"]
    if progress.stage == "download":
        parts += [f"{count} MB", f"{progress.fps:.1f} MB/s"]
    if progress.eta > 0:
        minutes, seconds = divmod(round(progress.eta), 60)
        parts.append(f"{minutes}:{seconds:02} left")
    return ", ".join(parts)
