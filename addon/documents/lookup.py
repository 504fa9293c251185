"""Finding a take or footage again after folders were moved, renamed, or brought to another computer."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..blender.paths import blend_folder, find_file, last_name, stored
from . import locations
from .fingerprint import fingerprint

if TYPE_CHECKING:
    from ..takes.properties import ROMP_MOCAP_PG_take

_MOST_FOLDERS, _MOST_LEVELS = 300, 5


def take_file(entry: ROMP_MOCAP_PG_take) -> str:
    """Absolute path of a listed take: where it was, else where a take of this name and id is; it need not exist."""
    known = find_file(entry.path)
    if os.path.isfile(known):
        return known

    def is_it(path: str) -> bool:
        from romp_core.storage.take_file import take_id

        return os.path.isfile(path) and take_id(path) == entry.take_id

    return _found(last_name(entry.path), locations.folders_with_takes(), is_it) or known


def footage_file(entry: ROMP_MOCAP_PG_take, recorded: str = "") -> str:
    """Absolute path of a take's footage; it need not exist.

    Args:
        recorded: its path as the take file has it, relative ones count from the take's folder; "" where it is unknown.
    """
    beside = Path(find_file(entry.path)).parent
    known = [find_file(path, [beside]) for path in (entry.footage, recorded) if path]
    for path in known:
        if os.path.exists(path):
            return path

    def is_it(path: str) -> bool:
        return os.path.exists(path) and entry.fingerprint in ("", fingerprint(path))

    for path in (entry.footage, recorded):
        if path and (found := _found(last_name(path), [beside], is_it)):
            return found
    return known[0] if known else ""


def source_file(source: str) -> str:
    """Absolute path of the footage of the next capture: where it was, else where a file of this name is."""
    known = find_file(source)
    return known if not known or os.path.exists(known) else _found(last_name(source), (), os.path.exists) or known


def repair(entry: ROMP_MOCAP_PG_take) -> None:
    """Write down where take and footage are now, where they were moved."""
    for name, found in (("path", take_file(entry)), ("footage", footage_file(entry))):
        if os.path.exists(found) and find_file(getattr(entry, name)) != found:
            setattr(entry, name, stored(found))


def _found(name: str, folders: Iterable[Path], is_it: Callable[[str], bool]) -> str:
    """The file of this name in one of the folders, or in the .blend's folder or below it; "" when there is none."""
    if not name:
        return ""
    everywhere = chain(map(str, folders), _below(blend_folder()))
    return next((path for path in (os.path.join(folder, name) for folder in everywhere) if is_it(path)), "")


def _below(folder: str) -> Iterator[str]:
    """A folder and those in it, the nearest first; a limited number of them, and no links."""
    waiting = deque([(folder, 0)] if folder else [])
    for _ in range(_MOST_FOLDERS):
        if not waiting:
            return
        folder, level = waiting.popleft()
        yield folder
        if level < _MOST_LEVELS:
            try:
                inside = [each for each in os.scandir(folder) if each.is_dir(follow_symlinks=False)]
            except OSError:
                continue
            waiting.extend((each.path, level + 1) for each in inside if not each.name.startswith("."))
