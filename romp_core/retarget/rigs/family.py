"""`RigFamily`: what the bones of one kind of rig are called, and helpers that write both sides from one pattern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...geometry.fingers import FINGER_NAMES
from ..mapping import IkLimb, RigMapping

Names = str | tuple[str, ...]
Bones = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class RigFamily:
    """One kind of rig.

    Attributes:
        label: what users call it.
        mapping: its bones, by the names that its makers gave them. `mapping.family` is its key.
        also: other spellings of a name.
        never_with: bones that another kind of rig has besides all of these.
    """

    label: str
    mapping: RigMapping
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never_with: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of the family in data."""
        return self.mapping.family


def middle(**names: Names) -> Bones:
    """Bones without a side: joint -> its bone, or its chain of bones, parent first."""
    return {joint: _chain(names_of_joint) for joint, names_of_joint in names.items()}


def both(left: str, right: str, **patterns: Names) -> Bones:
    """Bones of both sides from patterns such as `hip="thigh_{}"`, where `left` and `right` stand for the braces."""
    return {
        f"{side}_{joint}": tuple(pattern.format(letters) for pattern in _chain(chain))
        for side, letters in (("left", left), ("right", right))
        for joint, chain in patterns.items()
    }


def fingers(left: str, right: str, pattern: str, names: tuple[str, ...] = FINGER_NAMES, first: int = 1) -> Bones:
    """Fingers of both sides: three bones each, from a pattern with `{side}`, `{finger}` and `{number}`.

    `names` are the words for index, middle, pinky, ring and thumb; `first` is the number of the knuckle's bone.
    """
    return {
        f"{side}_{finger}{number}": (pattern.format(side=letters, finger=name, number=number - 1 + first),)
        for side, letters in (("left", left), ("right", right))
        for finger, name in zip(FINGER_NAMES, names, strict=False)
        for number in (1, 2, 3)
    }


def ik_limbs(left: str, right: str, joint: str, **patterns: str) -> tuple[IkLimb, IkLimb]:
    """The IK controls that end at `joint` on both sides, from patterns such as `control="hand_ik.{}"`."""
    on_left, on_right = (
        IkLimb(f"{side}_{joint}", **{part: pattern.format(letters) for part, pattern in patterns.items()})
        for side, letters in (("left", left), ("right", right))
    )
    return on_left, on_right


def _chain(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names
