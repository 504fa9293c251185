"""Poses put right by hand: turns of joints on top of what is solved, which ease in and out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from ...errors import EditError
from ...geometry.fingers import ALL_JOINTS
from ..settings import EASE_S, LONGEST_EASE_S
from .floor import FARTHEST_M, checked

ROOT: Final = "root"
"""Stands for the position of the pelvis where joints are named."""
SAME_S: Final = 1e-3
"""Moments nearer than this are the same."""

Turn = tuple[float, float, float, float]
Shift = tuple[float, float, float]


@dataclass(frozen=True)
class PoseEdit:
    """Joints of a person are turned against the solved pose at some seconds of the footage, and in between.

    Attributes:
        seconds: one for a single pose, else increasing.
        turns: by the name of a joint, one quaternion wxyz per second, in the joint's own axes.
        shifts: of the pelvis in the world, meters, one per second; none where it is not moved.
        ease: seconds before the first and after the last one in which the correction comes and goes.
        muted: it changes nothing for now.
    """

    person: int
    seconds: tuple[float, ...]
    turns: Mapping[str, tuple[Turn, ...]] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    ease: float = EASE_S
    muted: bool = False

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of what is corrected, in the order of the skeleton; `ROOT` where the pelvis is moved."""
        moved = (ROOT,) if self.shifts else ()
        return (*moved, *(joint for joint in ALL_JOINTS if joint in self.turns))

    def without(self, joints: Iterable[str]) -> PoseEdit:
        """The edit but for some joints."""
        dropped = set(joints)
        turns = {name: turns for name, turns in self.turns.items() if name not in dropped}
        return replace(self, turns=turns, shifts=() if ROOT in dropped else self.shifts)

    def to_mapping(self) -> dict[str, Any]:
        """Plain dictionary, for JSON."""
        return {**vars(self), "turns": dict(self.turns)}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> PoseEdit:
        """The edit of `to_mapping`."""
        turns = {name: tuple(map(tuple, each)) for name, each in values["turns"].items()}
        shifts = tuple(map(tuple, values["shifts"]))
        return cls(**{**values, "seconds": tuple(values["seconds"]), "turns": turns, "shifts": shifts})


def with_pose(poses: tuple[PoseEdit, ...], edit: PoseEdit) -> tuple[PoseEdit, ...]:
    """Pose edits and one more. What earlier ones say of its joints within its seconds is dropped, since it is not seen;
    joints that another edit at the same seconds has besides become part of it."""
    kept = []
    for old in poses:
        if old.person != edit.person or old.muted or edit.muted or not _is_within(old, edit):
            kept.append(old)
            continue
        old = old.without(edit.joints)
        if old.joints and _are_same(old.seconds, edit.seconds):
            edit = replace(edit, turns={**old.turns, **edit.turns}, shifts=edit.shifts or old.shifts)
        elif old.joints:
            kept.append(old)
    return (*kept, edit)


def _is_within(inner: PoseEdit, outer: PoseEdit) -> bool:
    return inner.seconds[0] > outer.seconds[0] - SAME_S and inner.seconds[-1] < outer.seconds[-1] + SAME_S


def check_pose(edit: PoseEdit) -> PoseEdit:
    """The edit with unit quaternions. Raises EditError where it makes no sense whoever it is about."""
    if any(not math.isfinite(each) for each in edit.seconds) or not edit.seconds:
        raise EditError("A pose has no moment.", "Say at which second it is.")
    if any(later <= earlier for earlier, later in pairwise(edit.seconds)):
        raise EditError(f"The pose ends before it starts ({edit.seconds[0]:.2f} to {edit.seconds[-1]:.2f} s).")
    if checked(edit.ease, LONGEST_EASE_S, "time to ease in", "s") < 0:
        raise EditError(f"{edit.ease:g} s is no time to ease in.", f"Choose from 0 to {LONGEST_EASE_S:g}.")
    if unknown := [name for name in edit.turns if name not in ALL_JOINTS]:
        raise EditError(f'There is no joint "{unknown[0]}".', f"Choose one of {', '.join(ALL_JOINTS)}.")
    if not edit.joints:
        raise EditError("The pose turns and moves nothing.")
    for value in (each for shift in edit.shifts for each in shift):
        checked(value, FARTHEST_M, "distance to move somebody", "m")
    return replace(edit, turns={name: tuple(_units(turns)) for name, turns in edit.turns.items()})


def _units(turns: Iterable[Turn]) -> Iterator[Turn]:
    for turn in turns:
        length = math.hypot(*turn)
        if not (math.isfinite(length) and length > 0):
            raise EditError("A turn of a joint is not a rotation.")
        w, x, y, z = (each / length for each in turn)
        yield w, x, y, z


def _are_same(seconds: Sequence[float], others: Sequence[float]) -> bool:
    return len(seconds) == len(others) and bool(np.allclose(seconds, others, rtol=0, atol=SAME_S))
