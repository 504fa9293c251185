"""What is doubtful about a take, noted in its list entry, so that panels show it without reading the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from romp_core.take.take import Take

    from .properties import ROMP_MOCAP_PG_take

_FIRST = 2


def note(entry: ROMP_MOCAP_PG_take, take: Take) -> None:
    """Look at a take, and note what is doubtful about it and its people."""
    from romp_core.evaluate.doubts import doubts

    found = doubts(take)
    _set(entry, [f"{doubt.text} {doubt.remedy}" for doubt in found if doubt.person is None])
    for person in entry.people:
        _set(person, [f"{doubt.text} {doubt.remedy}" for doubt in found if doubt.person == person.person_id])


def first_ones(entry: ROMP_MOCAP_PG_take) -> list[str]:
    """The first of them, as sentences that say who is meant."""
    found = entry.warning.splitlines()
    found += [f"{person.name}: {person.warning.splitlines()[0]}" for person in entry.people if person.warning]
    more = len(found) - _FIRST
    return [*found[:_FIRST], *([f"{more} more are marked in the list."] if more > 0 else [])]


def _set(owner: Any, lines: list[str]) -> None:
    text = "\n".join(lines)
    if owner.warning != text:
        owner.warning = text
