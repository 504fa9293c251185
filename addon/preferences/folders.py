"""Where the add-on writes, never beside its code.

What belongs to the user, takes and model files, is in Blender's folder for user data, which outlives the extension.
Logs and images are in the extension's own folder, which Blender deletes with the extension.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..blender.paths import file_name

if TYPE_CHECKING:
    from romp_core.weights.store import WeightStore

ADDON = __package__.rpartition(".")[0]
"""Name of the add-on's top package, by which Blender knows it."""
TAKES, WEIGHTS, USES = "takes", "weights", "uses"
LOGS, PREVIEWS = "logs", "previews"
_NAME = "romp_mocap"
_KEPT = 20


def user_folder(name: str) -> Path:
    """A folder for what is the user's; made when missing."""
    path = bpy.utils.user_resource("DATAFILES", path=os.path.join(_NAME, name), create=True)
    return Path(path) if path else own_folder(name)


def own_folder(name: str) -> Path:
    """A folder for what goes with the extension; made when missing."""
    try:
        return Path(bpy.utils.extension_path_user(ADDON, path=name, create=True))
    except ValueError:  # run from a source checkout, not installed as an extension
        return _temporary(name)


def preferences() -> Any | None:
    """The add-on's preferences; None when it runs from a source checkout."""
    addon = bpy.context.preferences.addons.get(ADDON)
    return addon.preferences if addon else None


def weights_folder() -> Path:
    """Where downloaded model files go."""
    own = getattr(preferences(), "weights_folder", "")
    return Path(bpy.path.abspath(own)) if own else user_folder(WEIGHTS)


def weight_store() -> WeightStore:
    """The store of model and body files."""
    from romp_core.models.registry import default_store

    return default_store(weights_folder())


def new_log_path(kind: str) -> Path:
    """A file name for a worker's log; the oldest logs are deleted."""
    return _next_of_few(LOGS, kind, ".log")


def new_preview_path(source: str) -> Path:
    """A file name for an image of this footage; the oldest images are deleted."""
    return _next_of_few(PREVIEWS, file_name(Path(source).stem, "image"), ".png")


def clear() -> None:
    """Delete all logs and images."""
    import shutil

    for name in (LOGS, PREVIEWS):
        shutil.rmtree(own_folder(name), ignore_errors=True)


def _temporary(name: str) -> Path:
    path = Path(tempfile.gettempdir()) / _NAME / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def _next_of_few(name: str, title: str, suffix: str) -> Path:
    from romp_core.storage.unused_path import unused_path

    parent = own_folder(name)
    for old in sorted(parent.glob(f"*{suffix}"))[: -_KEPT + 1]:
        old.unlink(missing_ok=True)
    return unused_path(parent / f"{time.strftime('%Y-%m-%d %H-%M-%S')} {title}{suffix}")
