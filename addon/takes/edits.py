"""What the user decided about the people of a take: kept in the scene, where undo reaches it, and in the take file.

The scene's list is the truth while the take is listed: whenever the take is used, its file gets the list's edits.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..blender.paths import find_file
from ..worker import jobs
from . import take_list

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take

    from .properties import ROMP_MOCAP_PG_take


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
    return changed


def save(entry: ROMP_MOCAP_PG_take) -> None:
    """Save the list's edits in the take file. Where that is not possible now, it happens when the file is next used."""
    from romp_core.errors import TakeError

    if jobs.current() is None and Path(find_file(entry.path)).is_file():
        try:
            load_edited(entry)
        except TakeError:  # whoever uses the file next reports it
            return


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
    from romp_core.take.edits import PersonEdit

    names = {item.person_id: item.name for item in (*entry.people, *entry.removed_people)}
    removed = {item.person_id for item in entry.removed_people}
    edits = take.edits
    for person in take.people:
        name = names.get(person.id, person.name)
        edits = edits.with_person(person.id, PersonEdit("" if name == person.name else name, person.id in removed))
    return edits


def _move(source: Any, target: Any, person_id: int) -> None:
    index = next(index for index, item in enumerate(source) if item.person_id == person_id)
    values = {name: getattr(source[index], name) for name in ("person_id", "height", "frames", "name")}
    source.remove(index)
    moved = target.add()
    for name, value in values.items():
        setattr(moved, name, value)
