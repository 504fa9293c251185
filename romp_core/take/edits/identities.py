"""Who is who, put right by hand: each operation takes the people of a take to other people.

Operations are applied in the order in which they were made, so a later one means the people that earlier ones left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...errors import EditError
from ...typing import Array
from ..observations import Observations

if TYPE_CHECKING:
    from ..take import Person

_SAME_TIME = 1e-6
_SHADOW_S = 0.5


@dataclass(frozen=True)
class Merge:
    """Two are one person: `keep` gets the frames of `other`, but where both are seen, its own count."""

    keep: int
    other: int

    def apply(self, people: Sequence[Person], times: Array) -> list[Person]:
        keep, other = _find(people, self.keep), _find(people, self.other)
        if keep.id == other.id:
            raise EditError("A person cannot be merged with themselves.", "Name two people.")
        merged = replace(keep, observations=_joined(keep.observations, other.observations))
        return [merged if each.id == keep.id else each for each in people if each.id != other.id]


@dataclass(frozen=True)
class Split:
    """One is two people: from `second` of the footage on, the person is `new`, an id that nobody has."""

    person: int
    second: float
    new: int

    def apply(self, people: Sequence[Person], times: Array) -> list[Person]:
        person = _find(people, self.person)
        if any(each.id == self.new for each in people):
            raise EditError(f"There is a person {self.new} already.", "Give the new person another number.")
        later = _later(person.observations, times, self.second)
        if later.all() or not later.any():
            raise EditError(
                f"{person.name} cannot be split at {self.second:.2f} s.",
                f"They are seen {seen_span(person.observations, times)}; choose a moment in between.",
            )
        before = replace(person, observations=person.observations.rows(~later))
        seen = person.observations.rows(later)
        after = replace(person, id=self.new, name=_unused_name(people), observations=seen, motion=None)
        return [*(before if each.id == person.id else each for each in people), after]


@dataclass(frozen=True)
class Swap:
    """Two were taken for each other from `second` of the footage on."""

    first: int
    other: int
    second: float

    def apply(self, people: Sequence[Person], times: Array) -> list[Person]:
        one, two = _find(people, self.first), _find(people, self.other)
        if one.id == two.id:
            raise EditError("A person cannot be swapped with themselves.", "Name two people.")
        a, b = one.observations, two.observations
        from_a, from_b = _later(a, times, self.second), _later(b, times, self.second)
        if not (from_a.any() or from_b.any()):
            raise EditError(
                f"Neither {one.name} nor {two.name} is seen after {self.second:.2f} s.", "Choose an earlier moment."
            )
        swapped = {
            one.id: _joined(a.rows(~from_a), b.rows(from_b)),
            two.id: _joined(b.rows(~from_b), a.rows(from_a)),
        }
        return _with_observations(people, swapped)


@dataclass(frozen=True)
class Assign:
    """What was seen of `person` from `start` to `end` second is of `to`, and replaces what `to` had there."""

    person: int
    to: int
    start: float
    end: float

    def apply(self, people: Sequence[Person], times: Array) -> list[Person]:
        source, target = _find(people, self.person), _find(people, self.to)
        if source.id == target.id:
            raise EditError("A stretch cannot be given to the person who has it.", "Name two people.")
        given = _later(source.observations, times, self.start) & ~_later(source.observations, times, self.end, True)
        if not given.any():
            raise EditError(
                f"{source.name} is not seen from {self.start:.2f} to {self.end:.2f} s.",
                f"They are seen {seen_span(source.observations, times)}.",
            )
        left = source.observations.rows(~given)
        changed = {target.id: _joined(source.observations.rows(given), target.observations), source.id: left}
        return _with_observations(people, changed)


Operation = Merge | Split | Swap | Assign

_KINDS: Final[Mapping[str, type]] = {kind.__name__.lower(): kind for kind in (Merge, Split, Swap, Assign)}


def identified(people: Iterable[Person], operations: Sequence[Operation], times: Array) -> tuple[Person, ...]:
    """The people after all operations; who has no frame left is not among them.

    Args:
        times: (T,) seconds of the footage's frames.

    Raises:
        EditError: an operation does not fit the people, such as edits of another capture.
    """
    found = list(people)
    for operation in operations:
        found = operation.apply(found, times)
    return tuple(person for person in found if len(person.observations.frame_index) or not operations)


def may_merge(shared: float) -> bool:
    """Whether two people who are seen at the same time for `shared` seconds may be one, of whom the other is a shadow.

    More than half a second has to be confirmed. What is suggested overlaps less.
    """
    return shared <= _SHADOW_S


def shared_seconds(one: Observations, other: Observations, times: Array) -> float:
    """How long two people are seen at the same time: then they are hardly the same."""
    both = np.intersect1d(one.frame_index, other.frame_index)
    return float(np.diff(times, append=times[-1:])[both].sum())


def seen_span(observations: Observations, times: Array) -> str:
    """From when to when somebody is seen, in words."""
    at = times[observations.frame_index]
    return f"from {at[0]:.2f} to {at[-1]:.2f} s"


def to_mapping(operation: Operation) -> dict[str, Any]:
    """Plain dictionary, for JSON."""
    return {"kind": type(operation).__name__.lower(), **asdict(operation)}


def from_mapping(values: Mapping[str, Any]) -> Operation:
    """The operation of `to_mapping`."""
    operation: Operation = _KINDS[values["kind"]](**{key: value for key, value in values.items() if key != "kind"})
    return operation


def _find(people: Iterable[Person], id: int) -> Person:
    ids = []
    for person in people:
        if person.id == id:
            return person
        ids.append(str(person.id))
    raise EditError(f"The take has no person {id}.", f"It has {', '.join(ids)}.")


def _unused_name(people: Sequence[Person]) -> str:
    names, number = {each.name for each in people}, len(people) + 1
    while f"Person {number}" in names:
        number += 1
    return f"Person {number}"


def _with_observations(people: Iterable[Person], changed: Mapping[int, Observations]) -> list[Person]:
    return [
        replace(each, observations=changed[each.id]) if each.id in changed else each
        for each in people
        if each.id not in changed or len(changed[each.id].frame_index)
    ]


def _later(observations: Observations, times: Array, second: float, strictly: bool = False) -> Array:
    at = times[observations.frame_index]
    return np.asarray(at > second + _SAME_TIME if strictly else at >= second - _SAME_TIME)


def _joined(own: Observations, other: Observations) -> Observations:
    """The frames of both; where both have one, `own` counts.

    The space that a model keeps still is another one for each person, so only that of `own` is kept.
    """
    added = other.rows(~np.isin(other.frame_index, own.frame_index))
    if not len(added.frame_index):
        return own
    if own.world_rotation is not None and len(own.frame_index):
        assert own.world_root is not None
        count = len(added.frame_index)
        nowhere = np.full((count, 4), np.nan, np.float32)
        added = replace(added, world_rotation=nowhere, world_root=nowhere[:, :3])
    return own.joined(added)
