"""What the user decided about a take after its capture: kept beside the raw data and applied on every solve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from ..typing import Array
from .observations import Observations

if TYPE_CHECKING:
    from .take import Person


@dataclass(frozen=True)
class PersonEdit:
    """Decisions about one person: `name` replaces the person's own unless empty; `removed` leaves the person out."""

    name: str = ""
    removed: bool = False


@dataclass(frozen=True)
class Edits:
    """All decisions about a take. The raw data stays, so each of them can be undone.

    Attributes:
        trim: first and last second of the footage to solve; None for all of it.
        people: decisions by person id; others are as captured.
    """

    trim: tuple[float, float] | None = None
    people: Mapping[int, PersonEdit] = field(default_factory=dict)

    def person(self, id: int) -> PersonEdit:
        """The decisions about a person."""
        return self.people.get(id, PersonEdit())

    def with_person(self, id: int, edit: PersonEdit) -> Edits:
        """These edits with other decisions about one person; an edit that changes nothing is dropped."""
        people = {key: value for key, value in self.people.items() if key != id}
        return replace(self, people=people if edit == PersonEdit() else {**people, id: edit})

    def apply(self, people: Iterable[Person], times: Array) -> tuple[Person, ...]:
        """People renamed and trimmed, without those who were removed.

        Args:
            times: (T,) seconds of the footage's frames.
        """
        return tuple(
            replace(
                person,
                name=self.person(person.id).name or person.name,
                observations=self._trimmed(person.observations, times),
            )
            for person in people
            if not self.person(person.id).removed
        )

    def to_mapping(self) -> dict[str, Any]:
        """Plain dictionary, for JSON."""
        return {"trim": self.trim, "people": {str(id): vars(edit) for id, edit in self.people.items()}}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Edits:
        """The edits of `to_mapping`."""
        trim = values.get("trim")
        people = {int(id): PersonEdit(**edit) for id, edit in values.get("people", {}).items()}
        return cls(tuple(trim) if trim else None, people)

    def _trimmed(self, observations: Observations, times: Array) -> Observations:
        if self.trim is None:
            return observations
        at = times[observations.frame_index]
        kept = (at >= self.trim[0] - 1e-6) & (at <= self.trim[1] + 1e-6)
        arrays: dict[str, Any] = {item.name: getattr(observations, item.name) for item in fields(observations)}
        trimmed: dict[str, Any] = {name: None if array is None else array[kept] for name, array in arrays.items()}
        return Observations(**trimmed)
