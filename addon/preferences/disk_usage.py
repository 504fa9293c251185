"""How much disk the add-on's files use: measured by a timer in small steps, never while the preferences are drawn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import bpy

from ..blender.redraw import redraw
from . import folders

_STEP_SECONDS = 0.005
_PAUSE_SECONDS = 0.05


class Usage(NamedTuple):
    """Sizes in megabytes."""

    models: float
    takes: float
    logs: float


_usage: Usage | None = None
_measuring: Iterator[Usage | None] | None = None


def measured() -> Usage | None:
    """The latest sizes; None until they are measured, which begins now."""
    global _measuring
    if _usage is None and _measuring is None:
        logs = [folders.own_folder(name) for name in (folders.LOGS, folders.PREVIEWS)]
        _measuring = _walk([[folders.user_folder(folders.TAKES)], logs])
        bpy.app.timers.register(_step, persistent=True)
    return _usage


def forget() -> None:
    """Measure again when the sizes are next asked for: files came or went."""
    global _usage, _measuring
    _usage, _measuring = None, None
    if bpy.app.timers.is_registered(_step):
        bpy.app.timers.unregister(_step)


def _walk(groups: list[list[Path]]) -> Iterator[Usage | None]:
    """Adds up the files of each group of folders; gives None after each one, at last the sizes."""
    totals = [0] * len(groups)
    for number, group in enumerate(groups):
        for file in (file for folder in group for file in folder.rglob("*")):
            try:
                totals[number] += file.stat().st_size if file.is_file() else 0
            except OSError:  # deleted meanwhile
                continue
            yield None
    yield Usage(folders.weight_store().size() / 1e6, *(total / 1e6 for total in totals))


def _step() -> float | None:
    global _usage, _measuring
    end = time.monotonic() + _STEP_SECONDS
    while _measuring is not None and time.monotonic() < end:
        _usage = next(_measuring, _usage)
        if _usage is not None:
            _measuring = None
            redraw("PREFERENCES")
    return _PAUSE_SECONDS if _measuring is not None else None
