"""Takes as data files for other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import SettingsError, TakeError
from ..take.take import Take
from .amass import export_amass
from .camera import export_camera
from .joints import export_joints
from .keypoints import export_keypoints

EXPORT_FORMATS: dict[str, Callable[[Take, Path], list[Path]]] = {
    "amass": export_amass,
    "joints": export_joints,
    "camera": export_camera,
    "keypoints": export_keypoints,
}
_RAW = "keypoints"
"""What is exported as it was captured, solved or not."""


def export_take(take: Take, format: str, out: str | Path) -> list[Path]:
    """Write a take in one of `EXPORT_FORMATS`; returns the files written.

    Raises:
        SettingsError: unknown format.
        TakeError: not solved although the format needs it; the file cannot be written.
    """
    if format not in EXPORT_FORMATS:
        raise SettingsError(f'There is no export format "{format}".', f"Choose one of: {', '.join(EXPORT_FORMATS)}.")
    if format != _RAW and not take.has_poses:
        raise TakeError("This take holds keypoints in the image only.", "Export it in the keypoints format.")
    if format != _RAW and not (take.solved and take.characters):
        raise TakeError("This take has no solved motion yet.", "Solve it first.")
    return EXPORT_FORMATS[format](take, Path(out))
