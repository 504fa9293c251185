"""Edits that deny what earlier ones say: the later one counts, and the user learns of it."""

from __future__ import annotations

from collections.abc import Iterator

from .contacts import ContactEdit
from .edits import Edits
from .gaps import GapEdit


def overruled(before: Edits, after: Edits) -> list[str]:
    """Which earlier edits count no longer, or only in part, because of new ones: a sentence for each.

    Args:
        after: the earlier edits and new ones, not fewer.
    """
    return [*_contacts(before.contacts, after.contacts), *_gaps(before.gaps, after.gaps), *_floor(before, after)]


def _contacts(before: tuple[ContactEdit, ...], after: tuple[ContactEdit, ...]) -> Iterator[str]:
    for new in after[len(before) :]:
        for old in before:
            start, end = max(old.start, new.start), min(old.end, new.end)
            same = (old.person, old.foot) == (new.person, new.foot)
            if same and start <= end and (old.stands, old.level) != (new.stands, new.level):
                yield (
                    f"An earlier edit says that the {old.foot} foot {_does(old)} from {old.start:.2f} to "
                    f"{old.end:.2f} s; from {start:.2f} to {end:.2f} s the new one counts."
                )


def _does(contact: ContactEdit) -> str:
    if not contact.stands:
        return "does not stand"
    return "stands" if contact.level is None else f"stands {contact.level:.2f} m high"


def _gaps(before: tuple[GapEdit, ...], after: tuple[GapEdit, ...]) -> Iterator[str]:
    if len(after) != len(before):  # one more or fewer: none is replaced
        return
    dropped = [each for each in before if each not in after]
    for old, new in zip(dropped, [each for each in after if each not in before], strict=True):
        if old.decision != new.decision:
            yield f'The earlier decision about the gap at {old.second:.2f} s, "{old.decision}", is dropped.'


def _floor(before: Edits, after: Edits) -> Iterator[str]:
    old, new = before.floor, after.floor
    reason = "the feet say where the floor is" if len(new.feet) > len(old.feet) else "the new one counts"
    if old.height and old.height != new.height and (new.height or len(new.feet) > len(old.feet)):
        yield f"The earlier height of the floor, {old.height:.2f} m, is dropped; {reason}."
    if any(old.tilt) and old.tilt != new.tilt and (any(new.tilt) or len(new.feet) > len(old.feet)):
        yield f"The earlier tilt of the floor, {old.tilt[0]:.2f} and {old.tilt[1]:.2f} degrees, is dropped; {reason}."
