"""What happens to takes and paths when the .blend is saved or opened.

Paths of takes and footage are written relative to where the .blend is going to be. Takes that waited in Blender's
folder for user data go to their own folder with the first save: they are copied before it, and the originals are
deleted when the .blend that names the copies is safe on the disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..blender.paths import find_file, same_file, stored
from ..worker import jobs
from . import locations, lookup, uses

_before: dict[tuple[int, int, str], str] = {}
"""Paths as they were before the save, by `session_uid` of the scene, number of the take, and name."""
_copies: dict[str, str] = {}
"""Original of each take that is being moved -> its copy."""
_SCENE = -1
_rewriting = False


def register() -> None:
    """Follow saves and loads from now on."""
    for handlers, handler in _handlers():
        handlers.append(handler)


def unregister() -> None:
    """Undo `register`."""
    for handlers, handler in _handlers():
        handlers.remove(handler)


def is_rewriting() -> bool:
    """Whether paths are only written in another form, so that what belongs to them stays."""
    return _rewriting


def rewrite(owner: Any, name: str, path: str) -> None:
    """Set a path property to another form of the same path."""
    global _rewriting
    _rewriting = True
    try:
        if getattr(owner, name) != path:
            setattr(owner, name, path)
    finally:
        _rewriting = False


def note_uses() -> None:
    """Note which takes the open .blend uses, where it was saved."""
    if bpy.data.filepath:
        uses.note(bpy.data.filepath, {find_file(entry.path) for entry in _entries() if entry.path})


@persistent
def _on_save(path: str = "", *_: Any) -> None:
    folder = os.path.dirname(os.path.abspath(path or bpy.data.filepath))
    _before.clear()
    _copies.clear()
    after = {}
    for key, owner in _paths():
        _before[key] = getattr(owner, key[2])
        absolute = find_file(_before[key])
        if key[2] == "path" and locations.is_waiting(absolute):
            absolute = _moved(absolute, find_file(owner.footage), folder)
        after[key] = stored(absolute, folder)
    _write(after)


@persistent
def _on_saved(path: str = "", *_: Any) -> None:
    if path and not same_file(path, bpy.data.filepath):  # a copy was saved: the open file stays where it is
        uses.note(path, _takes_in(os.path.dirname(path)))
        _write(_before)
        return
    note_uses()
    used = [original for original in _copies if uses.users_of(original, bpy.data.filepath)]
    for original in set(_copies).difference(used):
        with suppress(OSError):
            os.unlink(original)
    if _copies:
        what = "1 take was" if len(_copies) == 1 else f"{len(_copies)} takes were"
        folder = os.path.dirname(next(iter(_copies.values())))
        jobs.notify(f'{what} {"copied" if used else "moved"} to "{folder}", to be kept with the .blend.')


@persistent
def _on_save_failed(*_: Any) -> None:
    _write(_before)
    for copy in _copies.values():
        with suppress(OSError):
            os.unlink(copy)


@persistent
def _on_load(*_: Any) -> None:
    for entry in _entries():
        lookup.repair(entry)
    note_uses()


def _handlers() -> list[tuple[Any, Any]]:
    handlers = bpy.app.handlers
    return [
        (handlers.save_pre, _on_save),
        (handlers.save_post, _on_saved),
        (handlers.save_post_fail, _on_save_failed),
        (handlers.load_post, _on_load),
    ]


def _paths() -> Iterator[tuple[tuple[int, int, str], Any]]:
    """All paths that scenes of this file keep: the key of `_before`, and the owner of the property."""
    for scene in bpy.data.scenes:
        if scene.library is None:
            yield (scene.session_uid, _SCENE, "source"), scene.romp_mocap
            for number, entry in enumerate(scene.romp_mocap.takes):
                for name in ("path", "footage"):
                    yield (scene.session_uid, number, name), entry


def _write(values: Mapping[tuple[int, int, str], str]) -> None:
    for key, owner in _paths():
        if key in values:
            rewrite(owner, key[2], values[key])


def _entries() -> Iterator[Any]:
    for scene in bpy.data.scenes:
        if scene.library is None:
            yield from scene.romp_mocap.takes


def _takes_in(folder: str) -> set[str]:
    """Absolute paths of the takes, whose entries are relative to this folder now."""
    return {bpy.path.abspath(entry.path, start=folder) for entry in _entries() if entry.path}


def _moved(take: str, footage: str, blend: str) -> str:
    """Where a take that waits will be: in its own folder, or, where that cannot be written, still where it is."""
    from romp_core.storage.unused_path import unused_path

    if take in _copies:
        return _copies[take]
    folder = locations.preferred_folder(footage, blend)
    if jobs.current() is not None or not os.path.isfile(take) or locations.is_waiting(str(folder / "take")):
        return take  # a job may be writing it
    if not os.path.isdir(blend) or locations.problem_of(folder):
        return take
    copy = unused_path(folder / Path(take).name)
    try:
        shutil.copyfile(take, copy)
    except OSError:  # the disk is full
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        return take
    _copies[take] = str(copy)
    return str(copy)
