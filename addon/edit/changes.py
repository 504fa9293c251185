"""From one decision to the characters: the list, the file, and the motion follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import bpy

from ..takes import characters, edits, removal, take_list
from ..takes.solve import start_solving
from ..worker.launch import end_of_wait, must_wait
from . import proposals

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take

    from ..takes.properties import ROMP_MOCAP_PG_take


def decide(operator: Any, scene: bpy.types.Scene, change: Callable[[Take], Edits]) -> set[str]:
    """Apply a decision about the selected take, and solve again where somebody has a character.

    Where it contradicts an earlier one, it counts, and the operator reports that.

    Args:
        change: the edits that the take is to have, from the take as it is edited now.

    Raises:
        romp_core.errors.EditError: the decision does not fit; nothing is changed.
    """
    from romp_core.take.edits.contradictions import overruled

    entry = take_list.selected_take(scene)
    take = edits.edited(entry, take_list.load(entry))
    made, before = characters.made_characters(scene, entry), {item.person_id for item in entry.people}
    changed = change(take)
    for sentence in overruled(take.edits, changed):
        operator.report({"WARNING"}, sentence)
    gone = edits.change(entry, take, changed)
    for person_id in gone:
        removal.remove_characters(scene, entry.take_id, person_id)
    proposals.forget()
    added = {item.person_id for item in entry.people} - before if made else set()
    followers = (made - gone) | added
    if not followers:
        edits.save(entry)
        return {"FINISHED"}
    return end_of_wait(operator, start_solving(scene, entry, followers, must_wait(False)))


def take_of(scene: bpy.types.Scene) -> tuple[ROMP_MOCAP_PG_take, Take]:
    """The selected list entry, and its take as it is edited now. Raises TakeError."""
    entry = take_list.selected_take(scene)
    return entry, edits.edited(entry, take_list.load(entry))
