"""Where takes are written: beside the .blend, beside the footage, or in a folder of the user's."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import bpy

from ..blender.paths import blend_folder, file_name, find_file
from ..preferences import folders, old_folders

BLEND, FOOTAGE, FOLDER = "BLEND", "FOOTAGE", "FOLDER"
_LEAST_FREE_BYTES = 50_000_000
_STAMP = "%Y-%m-%d %H-%M-%S"


def new_take(source: str) -> tuple[str, str]:
    """An unused file name for the take of this footage, and a remark where it is not in the folder that was set."""
    from romp_core.storage.unused_path import unused_path

    folder, remark = preferred_folder(source, blend_folder()), ""
    if problem := problem_of(folder):
        remark = f"The take is kept in Blender's user folder, since {problem}."
        folder = folders.user_folder(folders.TAKES)
    name = file_name(Path(source).stem)
    return str(unused_path(folder / f"{name} {time.strftime(_STAMP)}.npz")), remark


def preferred_folder(source: str, blend: str) -> Path:
    """The folder for the take of this footage by the preferences.

    Args:
        blend: folder of the .blend; "" while it was never saved: then takes wait in Blender's folder for user data.
    """
    own = folders.preferences()
    where, chosen = getattr(own, "save_takes", BLEND), getattr(own, "takes_folder", "")
    if where == FOOTAGE and source:
        return Path(find_file(source)).parent
    if where == FOLDER and chosen and (blend or not chosen.startswith("//")):
        return Path(bpy.path.abspath(chosen, start=blend or None))
    return Path(blend) if blend else folders.user_folder(folders.TAKES)


def is_waiting(take: str) -> bool:
    """Whether a take lies in Blender's folder for user data."""
    return Path(take).parent == folders.user_folder(folders.TAKES)


def problem_of(folder: Path) -> str:
    """Why nothing can be written to a folder, as the end of a sentence; "" when it can. The folder is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        if shutil.disk_usage(folder).free < _LEAST_FREE_BYTES:
            return f'the disk of "{folder}" is full'
    except OSError as error:
        return f'"{folder}" cannot be written ({error.strerror or type(error).__name__})'
    return ""


def folders_with_takes() -> Iterator[Path]:
    """The folders, as far as they exist, into which takes of the open file are or were written; each of them once."""
    found = [folders.user_folder(folders.TAKES)]
    old = old_folders.old_folder(folders.TAKES)
    found += [old] if old else []
    found += [Path(blend_folder())] if blend_folder() else []
    chosen = getattr(folders.preferences(), "takes_folder", "")
    found += [Path(find_file(chosen))] if chosen else []
    for scene in bpy.data.scenes:
        group = scene.romp_mocap
        for path in (group.source, *(entry.path for entry in group.takes)):
            found += [Path(find_file(path)).parent] if path else []
    yield from dict.fromkeys(folder for folder in found if os.path.isdir(folder))
