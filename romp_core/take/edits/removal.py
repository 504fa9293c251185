"""Taking single edits back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ...errors import EditError
from ...typing import Array
from .edits import Edits

if TYPE_CHECKING:
    from ..take import Person

OPERATION: Final = "operation"
CONTACT: Final = "contact"
GAP: Final = "gap"
POSE: Final = "pose"
RELAXED: Final = "relaxed"
CAMERA: Final = "camera"
FLOOR_FOOT: Final = "floor_foot"
FLOOR_HEIGHT: Final = "floor_height"
FLOOR_TILT: Final = "floor_tilt"


@dataclass(frozen=True)
class Made:
    """An edit that was made: its kind, its number among those of its kind, and itself."""

    kind: str
    index: int
    edit: Any


def made(edits: Edits) -> Iterator[Made]:
    """The edits that can be taken back one by one, kind by kind."""
    floor = edits.floor
    for kind, several in (
        (OPERATION, edits.operations),
        (CONTACT, edits.contacts),
        (GAP, edits.gaps),
        (POSE, edits.poses),
        (RELAXED, edits.relaxed),
        (FLOOR_FOOT, floor.feet),
    ):
        yield from (Made(kind, index, edit) for index, edit in enumerate(several))
    if edits.camera is not None:
        yield Made(CAMERA, 0, edits.camera)
    if floor.height:
        yield Made(FLOOR_HEIGHT, 0, floor.height)
    if any(floor.tilt):
        yield Made(FLOOR_TILT, 0, floor.tilt)


def without(edits: Edits, kind: str, index: int, people: Iterable[Person], times: Array) -> Edits:
    """The edits but one.

    Args:
        people: of the take, as captured. times: (T,) seconds of the footage's frames.

    Raises:
        EditError: there is no such edit, or others need it.
    """
    if not any((each.kind, each.index) == (kind, index) for each in made(edits)):
        raise EditError("There is no such edit.")
    if kind == OPERATION:
        changed = replace(edits, operations=_but(edits.operations, index))
        try:
            changed.identified(people, times)
        except EditError as error:
            hint = "Remove the later edits that need it first."
            raise EditError(f"Other edits need this one: {error.sentence}", hint) from error
        return changed
    if kind == CONTACT:
        return replace(edits, contacts=_but(edits.contacts, index))
    if kind == GAP:
        return replace(edits, gaps=_but(edits.gaps, index))
    if kind == POSE:
        return replace(edits, poses=_but(edits.poses, index))
    if kind == RELAXED:
        return replace(edits, relaxed=_but(edits.relaxed, index))
    if kind == CAMERA:
        return replace(edits, camera=None)
    floor = edits.floor
    if kind == FLOOR_FOOT:
        return replace(edits, floor=replace(floor, feet=_but(floor.feet, index)))
    return replace(edits, floor=floor.with_height(0.0) if kind == FLOOR_HEIGHT else floor.with_tilt(0.0, 0.0))


def _but(several: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return (*several[:index], *several[index + 1 :])
