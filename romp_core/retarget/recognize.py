"""Which kind of rig a skeleton is, by the names and the order of its bones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .bone_names import BoneNames, renamed
from .generic import generic_mapping
from .mapping import BODY_JOINTS, REQUIRED, RigMapping
from .rigs import FAMILIES, RigFamily, own

_LEAST = 0.02
"""Below this confidence nothing was recognized: a name or two in common are chance."""
_UNKNOWN_RIG = 0.8
"""Confidence in a rig of unknown kind all of whose bones were found by the words in their names."""
_ANY_BODY = RigMapping({joint: (joint,) for joint in BODY_JOINTS})
_REQUIRED_WEIGHT = 3.0


@dataclass(frozen=True)
class Match:
    """A kind of rig that a skeleton may be.

    Attributes:
        mapping: its bones by joint, in the skeleton's own names.
        confidence: 0 to 1; 1 if all the joints of this kind of rig but fingers were found.
        label: the kind of rig, as users call it.
    """

    mapping: RigMapping
    confidence: float
    label: str


def recognize(names: Sequence[str], parents: Sequence[int]) -> tuple[Match, ...]:
    """The kinds of rig that a skeleton may be, best first; empty if it has nothing of a human skeleton.

    Args:
        names: bone names.
        parents: index of each bone's parent, -1 for none.
    """
    index = BoneNames(names)
    matches = [_match(family, index) for family in FAMILIES]
    generic = generic_mapping(names, parents)
    matches.append(Match(generic, _UNKNOWN_RIG * _body_found(generic, _ANY_BODY), "Unknown rig"))
    good = [match for match in matches if match.confidence >= _LEAST]
    return tuple(sorted(good, key=lambda match: (-match.confidence, -_bones(match.mapping))))


def recognize_own(bone_of_joint: Mapping[str, str]) -> Match:
    """The match of a character of ours, which knows its bones by joint, or "root", whatever their names are now."""
    (family,) = own.FAMILIES
    return Match(own.own_mapping(bone_of_joint), 1.0, family.label)


def _match(family: RigFamily, index: BoneNames) -> Match:
    """The best reading of the skeleton as a rig of this family."""
    readings = [
        Match(mapping, _body_found(mapping, family.mapping), family.label) for mapping in _readings(family, index)
    ]
    return max(readings, key=lambda match: match.confidence, default=Match(RigMapping({}), 0.0, family.label))


def _readings(family: RigFamily, index: BoneNames) -> Iterator[RigMapping]:
    if index.any_ends_with(family.never_with):
        return
    anchors = [family.mapping.bones[joint][0] for joint in REQUIRED]
    for prefix, suffix in index.affixes(anchors):
        find = index.finder(prefix, suffix)

        def find_any(name: str, find: Callable[[str], str | None] = find) -> str | None:
            return next(filter(None, map(find, (name, *family.also.get(name, ())))), None)

        yield renamed(family.mapping, find_any)


def _body_found(mapping: RigMapping, expected: RigMapping) -> float:
    """How much of the expected body was found, 0 to 1; a body that lacks what every target needs counts far less."""
    joints = [joint for joint in expected.bones if joint in BODY_JOINTS]
    weights = [_REQUIRED_WEIGHT if joint in REQUIRED else 1.0 for joint in joints]
    parts = [_part(mapping, expected, joint) for joint in joints]
    body = sum(weight * part for weight, part in zip(weights, parts, strict=True)) / sum(weights)
    return body * (1 - len(mapping.missing) / len(REQUIRED))


def _part(mapping: RigMapping, expected: RigMapping, joint: str) -> float:
    return min(len(mapping.bones.get(joint, ())) / len(expected.bones[joint]), 1.0)


def _bones(mapping: RigMapping) -> int:
    return sum(map(len, mapping.bones.values()))
