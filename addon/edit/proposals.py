"""Edits that seem right, as found the last time that the user asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from romp_core.take.edits.suggestions import Suggestion
    from romp_core.take.take import Take

_found: dict[str, list[Suggestion]] = {}


def look(take: Take) -> list[Suggestion]:
    """Look at a take, as it is edited now, for edits that seem right."""
    from romp_core.take.edits.suggestions import suggestions

    people = [person for person in take.edited_people if len(person.observations.frame_index)]
    _found.clear()
    _found[take.id] = suggestions(people, take.footage.times)
    return _found[take.id]


def known(take_id: str) -> list[Suggestion]:
    """What was found for a take and not decided yet."""
    return _found.get(take_id, [])


def forget() -> None:
    """Edits have changed: what was found may no longer be right."""
    _found.clear()
