"""What the user decided about the people of a take: kept in the scene, where undo reaches it, and in the take file.

The scene's list is the truth for this scene: whenever it uses the take, the file gets the list's edits.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..blender.paths import find_file
from ..worker import jobs
from . import solve_state, take_list

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take

    from .properties import ROMP_MOCAP_PG_take

_PERSON = ("person_id", "height", "frames", "confidence", "warning", "name", "rig")


def edited(entry: ROMP_MOCAP_PG_take, take: Take) -> Take:
    """The take with the edits of its list entry."""
    return replace(take, edits=_edits_of(entry, take))


def load_edited(entry: ROMP_MOCAP_PG_take) -> Take:
    """The take of a list entry with the list's edits, which are saved where the file has others.

    Raises:
        romp_core.errors.TakeError: the file is missing or damaged, or cannot be written.
    """
    from romp_core.storage.take_file import save_take

    take = take_list.load(entry)
    changed = edited(entry, take)
    if changed.edits != take.edits:
        save_take(changed, find_file(entry.path))
        solve_state.note(entry.id_data, entry, wrote=True)
    return changed


def save(entry: ROMP_MOCAP_PG_take, job_ended: bool = False) -> None:
    """Save the list's edits in the take file.

    Where that is not possible now, or somebody else has changed the file, it happens when the file is next used.

    Args:
        job_ended: the present job writes nothing any more.
    """
    from romp_core.errors import TakeError

    if (jobs.current() is not None and not job_ended) or not Path(find_file(entry.path)).is_file():
        return
    if not solve_state.changed_elsewhere(entry.id_data, entry):
        try:
            load_edited(entry)
        except TakeError:  # whoever uses the file next reports it
            return


def read(entry: ROMP_MOCAP_PG_take, take: Take) -> None:
    """List the people of a take with its edits and heights."""
    rigs = {item.person_id: item.rig for item in (*entry.people, *entry.removed_people)}
    entry.people.clear()
    entry.removed_people.clear()
    for person in take.identified_people:
        edit = take.edits.person(person.id)
        item = (entry.removed_people if edit.removed else entry.people).add()
        item.person_id, item.name = person.id, edit.name or person.name
        seen = person.observations
        item.frames = len(seen.frame_index)
        item.confidence = float(seen.confidence.mean()) if item.frames else 0.0
        item.rig = rigs.get(person.id)
        if not math.isclose(item.height, person.height or 0.0, rel_tol=1e-6):
            item.height = person.height or 0.0
    entry.other_edits = json.dumps(take.edits.to_mapping())
    entry.active_person = max(0, min(entry.active_person, len(entry.people) - 1))


def change(entry: ROMP_MOCAP_PG_take, take: Take, changed: Edits) -> set[int]:
    """Let a list entry show other edits of its take; returns the ids of people who are gone.

    The next solve saves them with the motion: a take file that changes before it is solved from its raw data again.

    Args:
        take: as `edited`.
    """
    before = {item.person_id: item.height for item in (*entry.people, *entry.removed_people)}
    active = entry.people[entry.active_person].person_id if entry.people else -1
    with solve_state.copying():
        read(entry, replace(take, edits=changed))
        for item in (*entry.people, *entry.removed_people):
            item.height = before.get(item.person_id, item.height)
    ids = [item.person_id for item in entry.people]
    entry.active_person = ids.index(active) if active in ids else max(0, min(entry.active_person, len(ids) - 1))
    return set(before) - {*ids, *(item.person_id for item in entry.removed_people)}


def copy(entry: ROMP_MOCAP_PG_take, other: ROMP_MOCAP_PG_take) -> None:
    """Let another scene's entry of the same take list the same people with the same edits and heights."""
    for name in ("people", "removed_people"):
        target = getattr(other, name)
        target.clear()
        for item in getattr(entry, name):
            _assign(target.add(), item)
    other.other_edits = entry.other_edits
    other.active_person = max(0, min(other.active_person, len(other.people) - 1))


def remove_person(entry: ROMP_MOCAP_PG_take, person_id: int) -> None:
    """Move a person to the list of removed ones."""
    _move(entry.people, entry.removed_people, person_id)
    entry.active_person = max(0, min(entry.active_person, len(entry.people) - 1))
    save(entry)


def restore_person(entry: ROMP_MOCAP_PG_take, person_id: int) -> None:
    """Move a removed person back to the list."""
    _move(entry.removed_people, entry.people, person_id)
    ids = [item.person_id for item in entry.people]
    entry.people.move(len(ids) - 1, sum(id < person_id for id in ids))
    entry.active_person = [item.person_id for item in entry.people].index(person_id)
    save(entry)


def _edits_of(entry: ROMP_MOCAP_PG_take, take: Take) -> Edits:
    """The edits of the lists, and of those that they do not show the ones that came with the take."""
    from romp_core.take.edits import Edits, PersonEdit

    names = {item.person_id: item.name for item in (*entry.people, *entry.removed_people)}
    removed = {item.person_id for item in entry.removed_people}
    tall = {item.person_id: item.height for item in (*entry.people, *entry.removed_people)}
    edits = Edits.from_mapping(json.loads(entry.other_edits)) if entry.other_edits else take.edits
    captured, heights = {person.id for person in take.people}, dict[int, float]()
    for person in edits.identified(take.people, take.footage.times):
        name = names.get(person.id, person.name)
        edits = edits.with_person(person.id, PersonEdit("" if name == person.name else name, person.id in removed))
        if person.id not in captured and tall.get(person.id):
            heights[person.id] = tall[person.id]
    return replace(edits, heights=heights)


def _move(source: Any, target: Any, person_id: int) -> None:
    index = next(index for index, item in enumerate(source) if item.person_id == person_id)
    _assign(target.add(), source[index])
    source.remove(index)


def _assign(item: Any, other: Any) -> None:
    for name in _PERSON:
        if getattr(item, name) != getattr(other, name):
            setattr(item, name, getattr(other, name))
