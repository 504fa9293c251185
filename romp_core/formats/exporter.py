"""Takes as data files for other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import SettingsError, TakeError
from ..take.take import Take
from .amass import export_amass
from .joints import export_joints

EXPORT_FORMATS: dict[str, Callable[[Take, Path], list[Path]]] = {"amass": export_amass, "joints": export_joints}


def export_take(take: Take, format: str, out: str | Path) -> list[Path]:
    """Write a solved take in one of `EXPORT_FORMATS`; returns the files written.

    Raises:
        SettingsError: unknown format. TakeError: not solved, or the file cannot be written.
    """
    if format not in EXPORT_FORMATS:
        raise SettingsError(f'There is no export format "{format}".', f"Choose one of: {', '.join(EXPORT_FORMATS)}.")
    if not take.solved or not take.characters:
        raise TakeError("This take has no solved motion yet.", "Solve it first.")
    return EXPORT_FORMATS[format](take, Path(out))
