"""The takes that a scene lists: finding, adding, recovering."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..blender.paths import last_name, printable, stored
from ..documents import locations, lookup
from ..documents.fingerprint import fingerprint
from . import solve_state

if TYPE_CHECKING:
    from romp_core.take.take import Take

    from .properties import ROMP_MOCAP_PG_person, ROMP_MOCAP_PG_take


_HINT = "Use Find Take File in the menu beside the list of takes."


def find_take(scene: bpy.types.Scene, take_id: str) -> ROMP_MOCAP_PG_take | None:
    """The list entry of this take, or None."""
    return next((entry for entry in scene.romp_mocap.takes if entry.take_id == take_id), None)


def active_take(scene: bpy.types.Scene) -> ROMP_MOCAP_PG_take | None:
    """The selected list entry, or None."""
    group = scene.romp_mocap
    return group.takes[group.active_take] if 0 <= group.active_take < len(group.takes) else None


def selected_take(scene: bpy.types.Scene) -> ROMP_MOCAP_PG_take:
    """The selected list entry. Raises TakeError when there is none."""
    from romp_core.errors import TakeError

    entry = active_take(scene)
    if entry is None:
        raise TakeError("No take is selected.", "Select one in the list.")
    return entry


def active_person(scene: bpy.types.Scene) -> ROMP_MOCAP_PG_person | None:
    """The selected person of the selected take, or None."""
    entry = active_take(scene)
    if entry is None or not 0 <= entry.active_person < len(entry.people):
        return None
    return entry.people[entry.active_person]


def load(entry: ROMP_MOCAP_PG_take) -> Take:
    """The take of a list entry, as it is on disk, wherever it was moved.

    Raises:
        romp_core.errors.TakeError: it is not found, damaged, or another take.
    """
    from romp_core.errors import TakeError
    from romp_core.storage.take_file import load_take

    path = lookup.take_file(entry)
    if not os.path.isfile(path):
        raise TakeError(f'The take file "{path}" was not found.', _HINT)
    take = load_take(path)
    if take.id != entry.take_id:
        raise TakeError(f'"{path}" is another take than "{entry.name}".', _HINT)
    entry.path = stored(path)
    if not entry.file_state:  # a .blend of an earlier version
        entry.file_state = solve_state.state_of(path)
    return take


def add_take(scene: bpy.types.Scene, path: str | Path, take: Take | None = None) -> ROMP_MOCAP_PG_take:
    """List a take file in the scene and select it; one that is listed already keeps this scene's
    settings and edits.

    Args:
        take: what is in the file, where it is known.

    Raises:
        romp_core.errors.TakeError: the file is not a take.
    """
    from romp_core.storage.take_file import load_take

    take = take or load_take(path)
    group = scene.romp_mocap
    entry = find_take(scene, take.id)
    is_new = entry is None
    if entry is None:
        entry = group.takes.add()  # named first: characters that came from another file keep their names
        entry.name = _unused_name(scene, printable(Path(last_name(take.footage.path)).stem) or "Take")
        entry.take_id = take.id
    link(entry, path, take)
    if is_new:
        solve_state.take_over(entry, take)
        solve_state.note(scene, entry, wrote=False)
    group.active_take = next(index for index, other in enumerate(group.takes) if other.take_id == take.id)
    return entry


def link(entry: ROMP_MOCAP_PG_take, path: str | Path, take: Take) -> None:
    """Note which file a list entry stands for, and what is in it; the scene's settings and edits stay."""
    entry.path = stored(str(path))
    set_footage(entry, lookup.footage_file(entry, take.footage.path))
    entry.seconds = float(take.footage.times[-1] - take.footage.times[0]) if len(take.footage.times) else 0.0
    entry.complete, entry.remark = take.provenance.complete, take.provenance.remark
    entry.license = f"Model: {take.provenance.model_license}. Body: {take.provenance.body_license}"


def set_footage(entry: ROMP_MOCAP_PG_take, path: str) -> None:
    """Note where the footage of a take is, and how to know it again."""
    entry.footage = stored(path)
    entry.fingerprint = fingerprint(path) or entry.fingerprint


def recover_interrupted() -> tuple[list[Path], list[str]]:
    """Turn journals that interrupted captures left where takes are written into takes.

    A journal that is being captured into is left alone.

    Returns:
        The paths of the takes, and sentences about what could not be recovered.
    """
    from romp_core.errors import TakeError, TakeInUse
    from romp_core.storage.journal import journal_path, recover

    found, problems = [], []
    for folder in locations.folders_with_takes():
        for file in sorted(folder.glob(f"*.npz{journal_path('take').suffix}")):
            try:
                if path := recover(file.with_suffix("")):
                    found.append(path)
            except TakeInUse:
                continue
            except TakeError as error:
                problems.append(str(error))
    return found, problems


def _unused_name(scene: bpy.types.Scene, stem: str) -> str:
    names, name, count = {entry.name for entry in scene.romp_mocap.takes}, stem, 1
    while name in names:
        count += 1
        name = f"{stem} {count}"
    return name
