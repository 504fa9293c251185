"""Takes and model files of 0.1.0 and 0.2.0 lay in the extension's own folder, which Blender deletes with it.

They are moved to the folders for what is the user's as soon as this version is enabled.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import bpy

from . import folders

_JOURNAL = ".journal"


def rescue_files() -> str:
    """Move what there is; a sentence about it, "" when there was nothing. What cannot be moved stays, and is used."""
    takes, models = _move_all(folders.TAKES), _move_all(folders.WEIGHTS)
    parts = [f"{takes} take{'s' * (takes != 1)}"] if takes else []
    parts += [f"{models} model file{'s' * (models != 1)}"] if models else []
    if not parts:
        return ""
    return f"Moved out of the extension's folder, to be safe when it is removed: {' and '.join(parts)}."


def old_folder(name: str) -> Path | None:
    """The folder of an earlier version; None when it is not there."""
    with suppress(ValueError):  # not installed as an extension
        path = Path(bpy.utils.extension_path_user(folders.ADDON, path=name, create=False))
        return path if path.is_dir() else None
    return None


def _move_all(name: str) -> int:
    """Move the files of one folder; how many. A file whose name is taken stays."""
    source = old_folder(name)
    if source is None:
        return 0
    target, moved = folders.user_folder(name), 0
    if target == source:  # there is no other folder
        return 0
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        there = target / file.relative_to(source)
        if there.exists() or _is_being_captured(file):
            continue
        with suppress(OSError):
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, there)
            moved += 1
    for folder, _, _ in os.walk(source, topdown=False):
        with suppress(OSError):  # not empty
            os.rmdir(folder)
    return moved


def _is_being_captured(file: Path) -> bool:
    """Whether another Blender is writing this take, or the journal of it."""
    from romp_core.storage.lock import open_locked

    journal = file if file.suffix == _JOURNAL else file.with_name(file.name + _JOURNAL)
    if not journal.exists():
        return False
    try:
        open_locked(journal).close()
    except OSError:
        return True
    return False
