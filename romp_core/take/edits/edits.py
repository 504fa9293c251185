"""All decisions about a take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ...errors import EditError
from ...geometry.fingers import FINGERS
from ...typing import Array
from ..observations import Observations
from ..settings import RELAXED_PARTS
from .contacts import FEET, ContactEdit
from .floor import FARTHEST_M, FloorEdit, FloorFoot, checked
from .gaps import DECISIONS, GapEdit, gaps_of
from .given_camera import CameraEdit, check_camera
from .identities import Operation, Split, from_mapping, identified, seen_span, to_mapping
from .poses import PoseEdit, check_pose, with_pose
from .relaxed import RelaxEdit

if TYPE_CHECKING:
    from ..take import Person

_MOST_GAPS = 6
"""Of somebody's gaps that a message lists."""
_EARLY = 0.05
"""Seconds, or a frame if that is longer, before somebody is first seen and after they are last seen, that still mean
these moments."""


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
        operations: who is who, in the order in which it was decided. contacts: of feet; later ones count.
        heights: meters of people whom operations made, by id.
        floor: where the floor is. gaps: what is done about single gaps, each decided once.
        poses: joints turned on top of what is solved; later ones count.
        relaxed: hands and faces that are relaxed for a while. camera: the user's own, None for what the solve finds.
    """

    trim: tuple[float, float] | None = None
    people: Mapping[int, PersonEdit] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    contacts: tuple[ContactEdit, ...] = ()
    heights: Mapping[int, float] = field(default_factory=dict)
    floor: FloorEdit = field(default_factory=FloorEdit)
    gaps: tuple[GapEdit, ...] = ()
    poses: tuple[PoseEdit, ...] = ()
    relaxed: tuple[RelaxEdit, ...] = ()
    camera: CameraEdit | None = None

    def person(self, id: int) -> PersonEdit:
        """The decisions about a person."""
        return self.people.get(id, PersonEdit())

    def with_person(self, id: int, edit: PersonEdit) -> Edits:
        """These edits with other decisions about one person; an edit that changes nothing is dropped."""
        people = {key: value for key, value in self.people.items() if key != id}
        return replace(self, people=people if edit == PersonEdit() else {**people, id: edit})

    def with_operation(self, operation: Operation, people: Iterable[Person], times: Array) -> Edits:
        """These edits and one more about who is who.

        Args:
            people: of the take, as captured. times: (T,) seconds of the footage's frames.

        Raises:
            EditError: it does not fit the people whom the edits so far leave.
        """
        edits = replace(self, operations=(*self.operations, operation))
        identified(people, edits.operations, times)
        return edits

    def with_contact(self, edit: ContactEdit, people: Iterable[Person], times: Array) -> Edits:
        """These edits and one more about a foot.

        Raises:
            EditError: there is no such person or foot, or the interval is empty, or nothing is that high.
        """
        _check_foot(edit.foot)
        if not edit.start <= edit.end:
            raise EditError(f"The contact ends before it starts ({edit.start:.2f} to {edit.end:.2f} s).")
        self._person(edit.person, people, times)
        if edit.level is not None:
            if not edit.stands:
                raise EditError("A foot that does not stand has no level.", "Leave the level out.")
            checked(edit.level, FARTHEST_M, "level of a foot", "m")
        return replace(self, contacts=(*self.contacts, edit))

    def with_floor_foot(self, foot: FloorFoot, people: Iterable[Person], times: Array) -> Edits:
        """These edits and a foot that is on the floor.

        Raises:
            EditError: there is no such person or foot, or the person is not seen then.
        """
        _check_foot(foot.foot)
        _check_seen(self._person(foot.person, people, times), foot.second, times)
        return replace(self, floor=self.floor.with_foot(foot))

    def with_gap(self, edit: GapEdit, people: Iterable[Person], times: Array) -> Edits:
        """These edits and what is done about a gap, instead of what was decided about it before.

        Raises:
            EditError: there is no such person, gap or decision.
        """
        if edit.decision not in DECISIONS:
            raise EditError(f'Nothing called "{edit.decision}" can be done.', f"Choose one of {', '.join(DECISIONS)}.")
        person = self._person(edit.person, people, times)
        gaps = gaps_of(person.observations, times)
        gap = next(((start, end) for start, end in gaps if start < edit.second < end), None)
        if gap is None:
            listed = ", ".join(f"{start:.2f} to {end:.2f} s" for start, end in gaps[:_MOST_GAPS])
            hint = (
                f"They are not seen from {listed}."
                if gaps
                else f"They are seen {seen_span(person.observations, times)} without a gap."
            )
            raise EditError(f"{person.name} has no gap at {edit.second:.2f} s.", hint)
        kept = (each for each in self.gaps if each.person != edit.person or not gap[0] < each.second < gap[1])
        return replace(self, gaps=(*kept, edit))

    def with_pose(self, edit: PoseEdit, people: Iterable[Person], times: Array) -> Edits:
        """These edits and one more about a pose; what it replaces of earlier ones is dropped.

        Raises:
            EditError: there is no such person or joint, or the person is not seen then.
        """
        edit = check_pose(edit)
        person = self._person(edit.person, people, times)
        for second in (edit.seconds[0], edit.seconds[-1]):
            _check_seen(person, second, times)
        fingers = [joint for joint in edit.turns if joint in FINGERS]
        if fingers and not person.observations.has_hands:
            raise EditError(f"The hands of {person.name} were not captured.", f"Leave {fingers[0]} out.")
        return replace(self, poses=with_pose(self.poses, edit))

    def with_relaxed(self, edit: RelaxEdit, people: Iterable[Person], times: Array) -> Edits:
        """These edits and a hand or face that is relaxed for a while.

        Raises:
            EditError: there is no such person or part, it was not captured, or the stretch is empty.
        """
        if edit.part not in RELAXED_PARTS:
            raise EditError(
                f'Nothing called "{edit.part}" can be relaxed.', f"Choose one of {', '.join(RELAXED_PARTS)}."
            )
        if not edit.start <= edit.end:
            raise EditError(f"The stretch ends before it starts ({edit.start:.2f} to {edit.end:.2f} s).")
        person = self._person(edit.person, people, times)
        seen = person.observations
        if not (seen.has_face if edit.part == "face" else seen.has_hands):
            what = "face was" if edit.part == "face" else "hands were"
            raise EditError(f"{person.name}'s {what} not captured.", "Add hands and face to the take first.")
        return replace(self, relaxed=(*self.relaxed, edit))

    def with_camera(self, edit: CameraEdit, times: Array) -> Edits:
        """These edits with a camera of the user's own. Raises EditError when it does not fit the take."""
        return replace(self, camera=check_camera(edit, len(times)))

    def changed_pose(self, index: int, ease: float | None = None, muted: bool | None = None) -> Edits:
        """These edits with another ease of a pose, or with the pose muted or not. Raises EditError."""
        if not 0 <= index < len(self.poses):
            raise EditError("There is no such edit.")
        old = self.poses[index]
        new = replace(old, ease=old.ease if ease is None else ease, muted=old.muted if muted is None else muted)
        return replace(self, poses=(*self.poses[:index], check_pose(new), *self.poses[index + 1 :]))

    def identified(self, people: Iterable[Person], times: Array) -> tuple[Person, ...]:
        """People as the operations say who is who, those who were removed included."""
        return tuple(
            replace(person, height=self.heights[person.id]) if person.id in self.heights else person
            for person in identified(people, self.operations, times)
        )

    def apply(self, people: Iterable[Person], times: Array) -> tuple[Person, ...]:
        """People identified, renamed and trimmed, without those who were removed.

        Args:
            times: (T,) seconds of the footage's frames.
        """
        return tuple(
            replace(
                person,
                name=self.person(person.id).name or person.name,
                observations=self._trimmed(person.observations, times),
            )
            for person in self.identified(people, times)
            if not self.person(person.id).removed
        )

    def unused_id(self, people: Iterable[Person]) -> int:
        """An id for a new person, which nobody has or had."""
        made = [each.new for each in self.operations if isinstance(each, Split)]
        return max([0, *(person.id for person in people), *made]) + 1

    def to_mapping(self) -> dict[str, Any]:
        """Plain dictionary, for JSON."""
        return {
            "trim": self.trim,
            "people": {str(id): vars(edit) for id, edit in self.people.items()},
            "operations": [to_mapping(each) for each in self.operations],
            "contacts": [asdict(each) for each in self.contacts],
            "heights": {str(id): height for id, height in self.heights.items()},
            "floor": self.floor.to_mapping(),
            "gaps": [asdict(each) for each in self.gaps],
            "poses": [each.to_mapping() for each in self.poses],
            "relaxed": [asdict(each) for each in self.relaxed],
            "camera": self.camera.to_mapping() if self.camera is not None else None,
        }

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Edits:
        """The edits of `to_mapping`."""
        trim = values.get("trim")
        return cls(
            tuple(trim) if trim else None,
            {int(id): PersonEdit(**edit) for id, edit in values.get("people", {}).items()},
            tuple(from_mapping(each) for each in values.get("operations", ())),
            tuple(ContactEdit(**each) for each in values.get("contacts", ())),
            {int(id): float(height) for id, height in values.get("heights", {}).items()},
            FloorEdit.from_mapping(values["floor"]) if "floor" in values else FloorEdit(),
            tuple(GapEdit(**each) for each in values.get("gaps", ())),
            tuple(PoseEdit.from_mapping(each) for each in values.get("poses", ())),
            tuple(RelaxEdit(**each) for each in values.get("relaxed", ())),
            CameraEdit.from_mapping(values["camera"]) if values.get("camera") else None,
        )

    def _person(self, id: int, people: Iterable[Person], times: Array) -> Person:
        """The person of this id, identified. Raises EditError."""
        for person in self.identified(people, times):
            if person.id == id:
                return person
        raise EditError(f"The take has no person {id}.")

    def _trimmed(self, observations: Observations, times: Array) -> Observations:
        if self.trim is None:
            return observations
        at = times[observations.frame_index]
        return observations.rows((at >= self.trim[0] - 1e-6) & (at <= self.trim[1] + 1e-6))


def _check_seen(person: Person, second: float, times: Array) -> None:
    from ..resample import frame_interval  # which needs takes

    seen, early = times[person.observations.frame_index], max(_EARLY, frame_interval(times))
    if not seen[0] - early <= second <= seen[-1] + early:
        hint = f"They are seen {seen_span(person.observations, times)}."
        raise EditError(f"{person.name} is not seen at {second:.2f} s.", hint)


def _check_foot(foot: str) -> None:
    if foot not in FEET:
        raise EditError(f'There is no foot "{foot}".', f"Choose one of {', '.join(FEET)}.")
