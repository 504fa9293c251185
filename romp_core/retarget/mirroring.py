"""The bones of the other side, from those of one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from .mapping import RigMapping

T = TypeVar("T")
_PAIRS = (
    ("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT"), ("l", "r"), ("L", "R"), ("lft", "rgt"), ("Lft", "Rgt"),
    ("左", "右"),
)  # fmt: skip
_OTHER = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
_SIDE = re.compile(
    r"left|right|Left|Right|LEFT|RIGHT|左|右"
    r"|(?<![^\W_])(?:[lr](?![^\W_A-Z])|[LR](?![^\W_A-Z]|[A-Z]{2})|lft|rgt|Lft|Rgt)"
    r"|(?<=[a-z0-9])[LR](?![^\W\d_])"
)


def other_side(name: str, names: Collection[str]) -> str:
    """The bone of `names` that mirrors a bone, "" if there is none: by the letters and words for left and right."""
    found = list(_SIDE.finditer(name))
    for match in reversed(found):
        flipped = name[: match.start()] + _OTHER[match[0]] + name[match.end() :]
        if flipped in names:
            return flipped
    flipped = _SIDE.sub(lambda match: _OTHER[match[0]], name)
    return flipped if found and flipped in names else ""


def mirrored(mapping: RigMapping, names: Collection[str]) -> RigMapping:
    """The mapping with the joints, controls and properties filled in that only the other side has.

    Args:
        names: the bones of the rig.
    """
    bones = dict(mapping.bones)
    for joint, chain in mapping.bones.items():
        flipped = tuple(filter(None, (other_side(bone, names) for bone in chain)))
        if flipped and not bones.get(_other_joint(joint)):
            bones[_other_joint(joint)] = flipped
    deform = {_other_joint(joint): other_side(bone, names) for joint, bone in mapping.deform.items()}
    return replace(
        mapping,
        bones=bones,
        switches=_completed(
            mapping.switches,
            (replace(each, bone=bone) for each in mapping.switches if (bone := other_side(each.bone, names))),
        ),
        constants=_completed(
            mapping.constants,
            ((bone, prop, value) for name, prop, value in mapping.constants if (bone := other_side(name, names))),
        ),
        ik=_completed(
            mapping.ik,
            (
                replace(
                    limb,
                    joint=_other_joint(limb.joint),
                    **{part: other_side(getattr(limb, part), names) for part in ("control", "upper", "pole", "tip")},
                )
                for limb in mapping.ik
                if other_side(limb.control, names)
                and _other_joint(limb.joint) not in {each.joint for each in mapping.ik}
            ),
        ),
        deform={**{joint: bone for joint, bone in deform.items() if bone}, **mapping.deform},
    )


def _other_joint(joint: str) -> str:
    side, _, part = joint.partition("_")
    return f"{_OTHER[side]}_{part}" if side in ("left", "right") else joint


def _completed(given: Iterable[T], flipped: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*given, *flipped)))
