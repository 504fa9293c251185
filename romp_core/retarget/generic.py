"""Mapping of rigs of no known kind: by the words in bone names, and by what hangs from what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ..geometry.fingers import FINGER_NAMES, SIDES
from .description import Description, describe
from .mapping import RigMapping

_SPINES = {1: ("spine2",), 2: ("spine1", "spine3")}
_SPINE = ("spine1", "spine2", "spine3")


def generic_mapping(names: Sequence[str], parents: Sequence[int]) -> RigMapping:
    """As many joints as the words in `names` and the hierarchy tell; `parents` as in `recognize`."""
    found = _Skeleton(names, parents)
    bones = found.limbs() | found.trunk()
    named = {joint: tuple(names[bone] for bone in chain) for joint, chain in bones.items() if chain}
    root = found.root(bones.get("pelvis", ()))
    return RigMapping(named, root=names[root[0]] if root else "")


class _Skeleton:
    def __init__(self, names: Sequence[str], parents: Sequence[int]) -> None:
        self.described: list[Description] = [describe(name) for name in names]
        self.paths: list[tuple[int, ...]] = [self._path(bone, parents) for bone in range(len(names))]
        self.ends: dict[str, int] = {}  # a bone of each limb

    @staticmethod
    def _path(bone: int, parents: Sequence[int]) -> tuple[int, ...]:
        """The bones from the top of the hierarchy to this one; a loop in the parents ends it."""
        path = [bone]
        while (parent := int(parents[path[-1]])) >= 0 and parent not in path:
            path.append(parent)
        return tuple(reversed(path))

    def limbs(self) -> dict[str, tuple[int, ...]]:
        """Legs, arms and fingers."""
        bones: dict[str, tuple[int, ...]] = {}
        for side in SIDES:
            hip, knee, _, ankle = self._limb(side, "ankle", "hip", "knee", "leg", "hips", "")
            foot = self._below(ankle, side, "toe")[:1]
            shoulder, elbow, collar, wrist = self._limb(
                side, "wrist", "shoulder", "elbow", "arm", "shoulders", "collar"
            )
            limbs = {"hip": hip, "knee": knee, "ankle": ankle, "foot": foot}
            limbs |= {"collar": collar, "shoulder": shoulder, "elbow": elbow, "wrist": wrist}
            for finger in FINGER_NAMES:
                segments = self._below(wrist, "", finger=finger)[:3]
                limbs |= {f"{finger}{number}": (bone,) for number, bone in enumerate(segments, 1)}
            bones |= {f"{side}_{joint}": chain for joint, chain in limbs.items()}
        return {joint: chain for joint, chain in bones.items() if chain}

    def _limb(
        self, side: str, end: str, first: str, second: str, either: str, weak: str, base: str
    ) -> tuple[tuple[int, ...], ...]:
        """Bones of the limb's first and second segment, of its base, and its end, of the most complete one.

        `first` and `second` are parts that name a segment, `either` one that may be both, `weak` is the first segment
        unless something else is.
        """
        limbs = []
        for bone in self._all(side, end):
            on_path = [other for other in self.paths[bone][:-1] if self._is(other, side)]
            by_part: dict[str, tuple[int, ...]] = {}
            for other in on_path:
                by_part[self.described[other].part] = (*by_part.get(self.described[other].part, ()), other)
            upper, lower = by_part.get(first, ()), by_part.get(second, ())
            between, above = by_part.get(either, ()), by_part.get(weak, ())
            if upper:
                lower = lower or between
            elif lower:
                upper = between or above
            elif len(between) > 1:
                upper, lower = between[:1], between[1:]
            elif above and between:
                upper, lower = above, between
            else:
                upper = between or above
            held = by_part.get(base, ()) or (above if above != upper else ())
            limbs.append((upper, lower, held, (bone,)))
        limbs.sort(key=lambda limb: (-sum(map(bool, limb)), len(self.paths[limb[-1][0]])))
        best = limbs[0] if limbs else ((), (), (), ())
        if best[0]:
            self.ends[f"{side}_{end}"] = best[0][0]
        return best

    def trunk(self) -> dict[str, tuple[int, ...]]:
        """Pelvis, spine, neck and head: what lies between the limbs."""
        legs = [bone for limb, bone in self.ends.items() if limb.endswith("ankle")]
        arms = [bone for limb, bone in self.ends.items() if limb.endswith("wrist")]
        top = self._shared(arms)
        pelvis = self._shared([*legs, *top[-1:]]) if legs else ()
        while any(self._is(bone, "", "hips") for bone in pelvis[:-1]):
            pelvis = pelvis[:-1]
        spine = [bone for bone in top if bone not in pelvis and not self.described[bone].helps]
        bones = {"pelvis": pelvis[-1:] or self._all("", "hips")[:1]}
        for head in self._below(top[-1:], "", "head")[:1]:
            bones["head"] = (head,)
            bones["neck"] = tuple(bone for bone in self.paths[head][len(top) : -1] if not self.described[bone].helps)
        if pelvis:
            bones |= _shares(spine)
        return bones

    def root(self, pelvis: Sequence[int]) -> tuple[int, ...]:
        """The bone above the pelvis that is called a root, if any."""
        above = [bone for end in pelvis[:1] for bone in self.paths[end][:-1]]
        return tuple(bone for bone in above if self.described[bone].part == "root")[:1]

    def _shared(self, bones: Sequence[int]) -> tuple[int, ...]:
        """The path to the last bone that all of these hang from."""
        paths = [self.paths[bone] for bone in bones]
        if len(paths) < 2:
            return ()
        length = 0
        for level in zip(*paths, strict=False):
            if len(set(level)) > 1:
                break
            length += 1
        return paths[0][:length]

    def _is(self, bone: int, side: str, part: str = "") -> bool:
        bone_is = self.described[bone]
        return bone_is.side == side and not bone_is.helps and not bone_is.finger and (not part or bone_is.part == part)

    def _all(self, side: str, part: str) -> tuple[int, ...]:
        return tuple(bone for bone in range(len(self.described)) if self._is(bone, side, part))

    def _below(self, above: Iterable[int], side: str, part: str = "", finger: str = "") -> tuple[int, ...]:
        """The bones of a part that hang from the last of `above`, nearest first; of one finger if so asked."""
        holder = next(iter(tuple(above)[-1:]), None)
        found = [
            bone
            for bone, path in enumerate(self.paths)
            if holder in path[:-1]
            and (
                self.described[bone].finger == finger and not self.described[bone].helps
                if finger
                else self._is(bone, side, part)
            )
        ]
        return tuple(sorted(found, key=lambda bone: len(self.paths[bone])))


def _shares(spine: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The bones of a spine of any length, spread over the three joints."""
    joints = _SPINES.get(len(spine), _SPINE)
    ends = [math.ceil(len(spine) * part / len(joints)) for part in range(len(joints) + 1)]
    return {joint: tuple(spine[start:end]) for joint, start, end in zip(joints, ends[:-1], ends[1:], strict=True)}
