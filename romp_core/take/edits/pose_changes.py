"""From poses that somebody changed, frame by frame, to the edits that make them again on any solve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...geometry.rotations import angle_between, normalize, quat_multiply, slerp
from ...typing import Array
from .edits import Edits
from .pose_track import correction
from .poses import PoseEdit

if TYPE_CHECKING:
    from ..take import FootageInfo

TURNED_RAD, MOVED_M = np.radians(0.05), 1e-4
"""Smaller changes are rounding."""
_OFF_RAD, _OFF_M = np.radians(0.1), 5e-4
"""How far poses between those that are kept may be off."""
_DIGITS = 7


@dataclass(frozen=True)
class PoseChanges:
    """By how much somebody changed the pose of a person at n moments, some of them not at all.

    Attributes:
        seconds: (n,) of the footage, increasing. frames: (n,) whole numbers, which show where moments are left out.
        names: of the J joints. turns: (n, J, 4) on top of the pose that was there, in the joints' own axes.
        shifts: (n, 3) of the pelvis in the world, meters.
    """

    seconds: Array
    frames: Array
    names: Sequence[str]
    turns: Array
    shifts: Array

    @property
    def turned(self) -> Array:
        """(n, J) bool."""
        return angle_between(np.array([1.0, 0.0, 0.0, 0.0]), self.turns) > TURNED_RAD

    @property
    def moved(self) -> Array:
        """(n,) bool."""
        return np.asarray(np.linalg.norm(self.shifts, axis=-1) > MOVED_M)


def pose_edits(
    changes: PoseChanges, person: int, edits: Edits, footage: FootageInfo, ease: float
) -> Iterator[PoseEdit]:
    """An edit for each stretch in which something was changed, which says all that is to be done there.

    Args:
        edits: those that the pose was solved with: what they do there is part of the new ones.
    """
    turned, moved = changes.turned, changes.moved
    changed = np.flatnonzero(turned.any(axis=1) | moved)
    if not len(changed):
        return
    own = [each for each in edits.poses if each.person == person]
    there = correction(own, changes.names, footage.times, footage.cuts, changes.seconds[changed])
    turns = normalize(quat_multiply(there.turns, changes.turns[changed]))
    shifts = there.shifts + changes.shifts[changed]
    for rows in np.split(np.arange(len(changed)), np.flatnonzero(np.diff(changes.frames[changed]) > 1) + 1):
        stretch = changed[rows]
        columns = np.flatnonzero(turned[stretch].any(axis=0))
        kept = rows[_needed(turns[rows][:, columns], shifts[rows])]
        yield PoseEdit(
            person,
            tuple(round(float(second), _DIGITS) for second in changes.seconds[changed[kept]]),
            {changes.names[int(column)]: _rounded(turns[kept, column]) for column in columns},
            _rounded(shifts[kept]) if moved[stretch].any() else (),
            ease,
        )


def _needed(turns: Array, shifts: Array) -> list[int]:
    """The first of some rows (n,), the last, and those without which the others would not lie between them."""
    last = len(shifts) - 1
    needed, parts = {0, last}, [(0, last)]
    while parts:
        low, high = parts.pop()
        if high - low < 2:
            continue
        share = (np.arange(low + 1, high) - low) / (high - low)
        line = slerp(turns[low], turns[high], share[:, None])
        off = angle_between(line, turns[low + 1 : high]).max(axis=1, initial=0.0) / _OFF_RAD
        path = shifts[low] + (shifts[high] - shifts[low]) * share[:, None]
        off = np.maximum(off, np.linalg.norm(path - shifts[low + 1 : high], axis=-1) / _OFF_M)
        if off.max() > 1:
            middle = low + 1 + int(np.argmax(off))
            needed.add(middle)
            parts += [(low, middle), (middle, high)]
    return sorted(needed)


def _rounded(values: Array) -> tuple[Any, ...]:
    return tuple(tuple(round(float(each), _DIGITS) for each in value) for value in values)
