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
    """A foot of a person stands, or does not, from `start` to `end` second of the footage.

    Attributes:
        level: meters above the floor of what it stands on, such as a step; None for what the image shows.
    """

    person: int
    foot: str
    start: float
    end: float
    stands: bool = True
    level: float | None = None


def decided_contacts(motion: Motion, edits: Iterable[ContactEdit], times: Array) -> tuple[Array, Array]:
    """(m, 2) bool: where somebody decided about a foot; and whether it stands there, by the last decision.

    Args:
        edits: of the person of the motion. times: (T,) seconds of the footage's frames.
    """
    decided, stands = np.zeros_like(motion.contacts), np.zeros_like(motion.contacts)
    for edit in edits:
        rows, foot = _rows(motion, edit, times)
        decided[rows, foot], stands[rows, foot] = True, edit.stands
    return decided, stands


def decided_levels(motion: Motion, edits: Iterable[ContactEdit], times: Array) -> Array:
    """(m, 2) meters above the floor of what a foot stands on, by the last decision; not a number where nobody decided.

    Args: see `decided_contacts`.
    """
    levels = np.full(motion.contacts.shape, np.nan)
    for edit in edits:
        rows, foot = _rows(motion, edit, times)
        levels[rows, foot] = np.nan if edit.level is None else edit.level
    return levels


def with_contacts(motion: Motion, edits: Iterable[ContactEdit], times: Array) -> Motion:
    """The motion of a person with the contacts that somebody decided on; the others stay. See `decided_contacts`."""
    decided, stands = decided_contacts(motion, edits, times)
    return replace(motion, contacts=np.where(decided, stands, motion.contacts))


def _rows(motion: Motion, edit: ContactEdit, times: Array) -> tuple[Array, int]:
    """(m,) bool: the frames that an edit is about; and the number of its foot."""
    at = times[motion.frame_index]
    return (at >= edit.start - 1e-6) & (at <= edit.end + 1e-6), FEET.index(edit.foot)
