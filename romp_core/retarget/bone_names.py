"""Finding a bone by the name that a rig's makers gave it, whatever prefix, suffix, case or separators a file added."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from .mapping import RigMapping

_SEPARATORS = re.compile(r"[\W_]+")
_NUMBER_AT_END = re.compile(r"_?\d+$")
_ANY_NUMBER = "#"
"""Stands for a suffix that is a number and another one for each bone, as some exporters append."""
_BEST = 4


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """A bone name without what exporters change: case, width of letters, and which separators stand in it."""
    return _SEPARATORS.sub("_", unicodedata.normalize("NFKC", name).casefold())


class BoneNames:
    """The bones of a rig by their plain names."""

    def __init__(self, names: Sequence[str]) -> None:
        self.by_plain: dict[str, str] = {}
        self.unnumbered: dict[str, str] = {}
        for name in names:
            key = plain(name)
            self.by_plain.setdefault(key, name)
            self.unnumbered.setdefault(_NUMBER_AT_END.sub("", key), name)

    def any_ends_with(self, names: Iterable[str]) -> bool:
        """True if one of `names` is in the rig, with any prefix."""
        ends = tuple(map(plain, names))
        return any(have.endswith(ends) for have in self.by_plain)

    def affixes(self, expected: Iterable[str]) -> list[tuple[str, str]]:
        """What the rig may have put before and after the `expected` names, most frequent first; always also nothing."""
        found: Counter[tuple[str, str]] = Counter()
        for want in map(plain, expected):
            for have in self.by_plain:
                start = have.rfind(want)
                if start >= 0:
                    rest = have[start + len(want) :]
                    found[have[:start], _ANY_NUMBER if _NUMBER_AT_END.fullmatch(rest) else rest] += 1
        return list(dict.fromkeys([("", ""), *(affix for affix, _ in found.most_common(_BEST))]))

    def finder(self, prefix: str, suffix: str) -> Callable[[str], str | None]:
        """The function from a maker's name to the rig's own name of that bone, None where the rig lacks it."""
        if suffix == _ANY_NUMBER:
            return lambda name: self.unnumbered.get(prefix + plain(name))
        return lambda name: self.by_plain.get(prefix + plain(name) + suffix)


def renamed(mapping: RigMapping, find: Callable[[str], str | None]) -> RigMapping:
    """The mapping in other names; what `find` does not know is left out."""

    def chain(bones: Iterable[str]) -> Iterator[str]:
        return (found for bone in bones if (found := find(bone)))

    bones = {joint: own for joint, names in mapping.bones.items() if (own := tuple(dict.fromkeys(chain(names))))}
    return RigMapping(
        bones,
        root=find(mapping.root) or "",
        carrier=find(mapping.carrier) or "",
        family=mapping.family,
        switches=tuple(replace(s, bone=bone) for s in mapping.switches if (bone := find(s.bone))),
        constants=tuple((bone, prop, value) for name, prop, value in mapping.constants if (bone := find(name))),
        ik=tuple(
            replace(
                limb, control=bone, upper=find(limb.upper) or "", pole=find(limb.pole) or "", tip=find(limb.tip) or ""
            )
            for limb in mapping.ik
            if (bone := find(limb.control))
        ),
        deform={joint: bone for joint, name in mapping.deform.items() if joint in bones and (bone := find(name))},
    )
