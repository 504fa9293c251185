"""Contacts put right by hand: from when to when a foot stands, or does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ...typing import Array

if TYPE_CHECKING:
    from ..take import Motion

FEET: Final = ("left", "right")


@dataclass(frozen=True)
class ContactEdit:
    """A foot of a person stands, or does not, from `start` to `end` second of the footage."""

    person: int
    foot: str
    start: float
    end: float
    stands: bool = True


def decided_contacts(motion: Motion, edits: Iterable[ContactEdit], times: Array) -> tuple[Array, Array]:
    """(m, 2) bool: where somebody decided about a foot; and whether it stands there, by the last decision.

    Args:
        edits: of the person of the motion. times: (T,) seconds of the footage's frames.
    """
    decided, stands = np.zeros_like(motion.contacts), np.zeros_like(motion.contacts)
    at = times[motion.frame_index]
    for edit in edits:
        rows, foot = (at >= edit.start - 1e-6) & (at <= edit.end + 1e-6), FEET.index(edit.foot)
        decided[rows, foot], stands[rows, foot] = True, edit.stands
    return decided, stands


def with_contacts(motion: Motion, edits: Iterable[ContactEdit], times: Array) -> Motion:
    """The motion of a person with the contacts that somebody decided on; the others stay. See `decided_contacts`."""
    decided, stands = decided_contacts(motion, edits, times)
    return replace(motion, contacts=np.where(decided, stands, motion.contacts))
