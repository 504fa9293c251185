"""Whether a take file holds the solve that a scene's list shows, and whether somebody else changed the file.

The settings, heights and edits of a solve travel with the scene: undo, copies of a scene and other .blend files each
have their own. The motion in the file is of whoever solved last, and the file says what it was solved for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import bpy

from romp_core.take.settings import SolveSettings, from_mapping

from ..blender import scene_index, settings_properties
from ..blender.paths import find_file
from . import take_record

if TYPE_CHECKING:
    from romp_core.take.take import Take

    from .properties import ROMP_MOCAP_PG_take

_written: set[tuple[int, str, str]] = set()
"""What each scene wrote in this session, by `session_uid` and take: undo does not make it somebody else's."""
_copying = False


def shows(entry: ROMP_MOCAP_PG_take, take: Take) -> bool:
    """Whether the motion of a take, as loaded, was solved for what its list entry says."""
    from romp_core.take.solve_digest import solve_digest

    from . import edits

    heights = {item.person_id: item.height or None for item in entry.people}
    digest = solve_digest(settings_of(entry), heights, edits.edited(entry, take).edits)
    return take.solved and take.solved_for == digest


def settings_of(entry: ROMP_MOCAP_PG_take) -> SolveSettings:
    """The solve settings of a list entry."""
    return from_mapping(SolveSettings, settings_properties.values(SolveSettings, entry.solve))


def note(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take, wrote: bool) -> None:
    """Note the take file as it is now: this scene has just read it, or written it."""
    take_record.forget()
    entry.file_state = state_of(find_file(entry.path))
    if wrote:
        _written.add((scene.session_uid, entry.take_id, entry.file_state))


def note_change(owner: Any) -> None:
    """Note that a setting or height was changed, until the take is solved again.

    Args:
        owner: the solve settings or the person of a list entry.
    """
    for entry in owner.id_data.romp_mocap.takes:
        if (owner == entry.solve or owner in entry.people.values()) and not entry.unsolved:
            entry.unsolved = True


def changed_elsewhere(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> bool:
    """Whether another scene, .blend or program has changed the take file since this scene read or wrote it."""
    state = state_of(find_file(entry.path))
    if not state or not entry.file_state or state == entry.file_state:
        return False
    return (scene.session_uid, entry.take_id, state) not in _written


def state_of(path: str) -> str:
    """A text that changes with the settings, heights, edits and solve of a take file; "" when it cannot be read."""
    record = take_record.record(path)
    if not record:
        return ""
    facts = [record.get(name) for name in ("solve", "edits", "solved_for", "people")]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


def take_over(entry: ROMP_MOCAP_PG_take, take: Take) -> None:
    """Let a list entry show what a take says: people, names, heights, edits and settings."""
    from . import edits

    with copying():
        edits.read(entry, take)
        settings_properties.assign(entry.solve, take.solve)


def share(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> None:
    """Let other scenes that show the very same characters, such as linked copies, show the same settings."""
    from . import edits

    mine = set(scene_index.objects_of(scene, entry.take_id))
    for other in bpy.data.scenes:
        if other == scene or other.library is not None or mine.isdisjoint(scene_index.objects_of(other, entry.take_id)):
            continue
        for theirs in other.romp_mocap.takes:
            if theirs.take_id == entry.take_id:
                with copying():
                    edits.copy(entry, theirs)
                    settings_properties.assign(theirs.solve, settings_of(entry))
                    theirs.file_state = entry.file_state


def is_copying() -> bool:
    """Whether properties are only brought up to date, so that nothing follows from their change."""
    return _copying


@contextmanager
def copying() -> Iterator[None]:
    """Within it, changes of settings and names solve, rename and save nothing."""
    global _copying
    before, _copying = _copying, True
    try:
        yield
    finally:
        _copying = before
