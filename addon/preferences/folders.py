"""Where the add-on writes: its own user folder, which survives updates; never beside its code."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from romp_core.weights.store import WeightStore

ADDON = __package__.rpartition(".")[0]
"""Name of the add-on's top package, by which Blender knows it."""
TAKES, LOGS, WEIGHTS, PREVIEWS = "takes", "logs", "weights", "previews"
_KEPT = 20


def folder(name: str) -> Path:
    """A folder of the user's for this add-on; made when missing."""
    try:
        return Path(bpy.utils.extension_path_user(ADDON, path=name, create=True))
    except ValueError:  # run from a source checkout, not installed as an extension
        import tempfile

        path = Path(tempfile.gettempdir()) / "romp_mocap" / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def preferences() -> Any | None:
    """The add-on's preferences; None when it runs from a source checkout."""
    addon = bpy.context.preferences.addons.get(ADDON)
    return addon.preferences if addon else None


def weights_folder() -> Path:
    """Where downloaded model files go."""
    own = getattr(preferences(), "weights_folder", "")
    return Path(bpy.path.abspath(own)) if own else folder(WEIGHTS)


def weight_store() -> WeightStore:
    """The store of model and body files."""
    from romp_core.models.registry import default_store

    return default_store(weights_folder())


def new_take_path(source: str) -> Path:
    """An unused file name for the take of this footage."""
    from romp_core.storage.unused_path import unused_path

    stem = file_name(Path(source).stem)[:80] or "take"
    return unused_path(folder(TAKES) / f"{stem} {time.strftime('%Y-%m-%d %H-%M-%S')}.npz")


def file_name(text: str) -> str:
    """The text without what file names cannot hold on some system."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", text)


def new_log_path(kind: str) -> Path:
    """A file name for a worker's log; the oldest logs are deleted."""
    return _next_of_few(LOGS, kind, ".log")


def new_preview_path(source: str) -> Path:
    """A file name for an image of this footage; the oldest images are deleted."""
    return _next_of_few(PREVIEWS, file_name(Path(source).stem)[:80], ".png")


def clear() -> None:
    """Delete all kept takes, logs and images."""
    import shutil

    for name in (TAKES, LOGS, PREVIEWS):
        shutil.rmtree(folder(name), ignore_errors=True)


def _next_of_few(name: str, title: str, suffix: str) -> Path:
    from romp_core.storage.unused_path import unused_path

    parent = folder(name)
    for old in sorted(parent.glob(f"*{suffix}"))[: -_KEPT + 1]:
        old.unlink(missing_ok=True)
    return unused_path(parent / f"{time.strftime('%Y-%m-%d %H-%M-%S')} {title}{suffix}")
