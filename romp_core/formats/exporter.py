"""Takes as data files for other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import SettingsError, TakeError
from ..take.take import Take
from .amass import export_amass
from .joints import export_joints

FORMATS: dict[str, Callable[[Take, Path], list[Path]]] = {"amass": export_amass, "joints": export_joints}


def export(take: Take, format: str, out: str | Path) -> list[Path]:
    """Write a solved take in one of `FORMATS`; returns the files written.

    Raises:
        SettingsError: unknown format. TakeError: not solved, or the file cannot be written.
    """
    if format not in FORMATS:
        raise SettingsError(f"There is no export format '{format}'.", f"Choose one of: {', '.join(FORMATS)}.")
    if not take.people or not take.solved:
        raise TakeError("This take has no solved motion yet.", "Solve it first.")
    return FORMATS[format](take, Path(out))
