"""From rotations of bones in the world to what is keyed: rotations and positions relative to rest and parent."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry.rotations import make_continuous, quat_conjugate, quat_multiply, quat_rotate
from ..typing import Array
from .rig import Rig

_NO_TURN = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True)
class RigPose:
    """A rig in n frames.

    Attributes:
        rotations: bone -> (n, 4) keyed rotation wxyz in the bone's own axes, sign-continuous.
        locations: bone -> (n, 3) keyed location in the bone's own axes, meters.
        heads: bone -> (n, 3) where the bones start in the world, meters.
        orientations: bone -> (n, 4) world rotation of the bones.
    """

    rotations: Mapping[str, Array]
    locations: Mapping[str, Array]
    heads: Mapping[str, Array]
    orientations: Mapping[str, Array]


class Poser:
    """Gives the same bones of a rig rotations and positions in the world, again and again; the others follow.

    What depends on the rig alone is worked out once.
    """

    def __init__(self, rig: Rig, turned: Iterable[str], placed: Iterable[str]) -> None:
        """Name the bones that are turned, and those that are placed."""
        self.rig, self.turned, self.placed = rig, tuple(turned), tuple(placed)
        rows = [rig.index[name] for name in self.turned]
        own = {row: column for column, row in enumerate(rows)}
        self._leaders = _leaders(rig, {*rows, *(rig.index[name] for name in self.placed)})
        self._to_placed = _needed(rig, self.placed, self._leaders)
        above = [self._turned_above(row, own) for row in rows]
        # The column of the bone whose rotation arrives at each, one past the last for none, and how each lies in it.
        self._columns = [own.get(row, len(rows)) for row in above]
        bases = np.array([_NO_TURN if row < 0 else quat_conjugate(rig.rest_quats[row]) for row in above])
        self._relative = quat_multiply(bases, rig.rest_quats[rows])

    def keys(
        self, turned: Mapping[str, Array], placed: Mapping[str, Array]
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Keyed rotations and locations as in `RigPose`.

        Args:
            turned: bone -> (n, 4) world rotation of its matrix. placed: bone -> (n, 3) world position of its head.
        """
        return self._rotations(turned), self._walked(turned, placed, self._to_placed)[1]

    def pose(self, turned: Mapping[str, Array], placed: Mapping[str, Array]) -> RigPose:
        """The keys, and where these bones and all above them are; arguments as for `keys`."""
        walk, locations = self._walked(turned, placed, _needed(self.rig, (*self.turned, *self.placed)))
        return RigPose(self._rotations(turned), locations, walk.heads, walk.orientations)

    def heads(self, turned: Mapping[str, Array], placed: Mapping[str, Array], names: Iterable[str]) -> dict[str, Array]:
        """Bone -> (n, 3) where some bones start; arguments as for `keys`."""
        return self._walked(turned, placed, _needed(self.rig, names, self._leaders))[0].heads

    def _rotations(self, turned: Mapping[str, Array]) -> dict[str, Array]:
        # One bone after the other in memory, as whoever takes them goes over them.
        none = np.broadcast_to(_NO_TURN, turned[self.turned[0]].shape)
        world = np.stack([*(turned[name] for name in self.turned), none])
        unkeyed = quat_multiply(world[self._columns], self._relative[:, None])
        keyed = quat_multiply(quat_conjugate(unkeyed), world[:-1])
        keyed = np.moveaxis(make_continuous(np.moveaxis(keyed, 1, 0)), 1, 0)
        return dict(zip(self.turned, keyed, strict=True))

    def _walked(
        self, turned: Mapping[str, Array], placed: Mapping[str, Array], rows: Iterable[int]
    ) -> tuple[_Walk, dict[str, Array]]:
        """Go over these rows, parents first; returns keyed locations as well."""
        walk = _Walk(self.rig, self._leaders, len(next(iter(turned.values()))))
        locations: dict[str, Array] = {}
        for row in rows:
            name = self.rig.names[row]
            turn, head = walk.unkeyed(row)
            if name in placed:
                locations[name] = quat_rotate(quat_conjugate(turn), placed[name] - head)
            walk.heads[name], walk.orientations[name] = placed.get(name, head), turned.get(name, turn)
        return walk, locations

    def _turned_above(self, row: int, turned: Container[int]) -> int:
        """The nearest turned bone above whose rotation arrives at this one; -1 for none."""
        while row >= 0 and self.rig.turns_with_parent[row]:
            row = self._leaders[row]
            if row in turned:
                return row
        return -1


def pose_from_keys(rig: Rig, rotations: Mapping[str, Array], locations: Mapping[str, Array]) -> RigPose:
    """Pose a rig by what is keyed, as the program does that plays the keys: forward kinematics.

    Args:
        rotations: bone -> (n, 4), locations: bone -> (n, 3), as in `RigPose`.
    """
    names = (*rotations, *locations)
    leaders = _leaders(rig, {rig.index[name] for name in names})
    walk = _Walk(rig, leaders, len(next(iter(rotations.values()))))
    for row in _needed(rig, names):
        name = rig.names[row]
        turn, head = walk.unkeyed(row)
        if name in locations:
            head = head + quat_rotate(turn, locations[name])
        if name in rotations:
            turn = quat_multiply(turn, rotations[name])
        walk.heads[name], walk.orientations[name] = head, turn
    return RigPose(rotations, locations, walk.heads, walk.orientations)


class _Walk:
    """Goes over bones of a rig, leaders first, in `count` frames at once."""

    def __init__(self, rig: Rig, leaders: Sequence[int], count: int) -> None:
        self.rig, self.leaders, self.count = rig, leaders, count
        self.heads: dict[str, Array] = {}
        self.orientations: dict[str, Array] = {}

    def unkeyed(self, row: int) -> tuple[Array, Array]:
        """World rotation (n, 4) and head (n, 3) of a bone without keys: where its leader takes it."""
        rig, rest, leader = self.rig, self.rig.rest_quats, self.leaders[row]
        turn, head = rest[row], rig.heads[row]
        if leader >= 0:
            above = rig.names[leader]
            moved = quat_multiply(self.orientations[above], quat_conjugate(rest[leader]))
            head = self.heads[above] + quat_rotate(moved, head - rig.heads[leader])
            turn = quat_multiply(moved, turn) if rig.turns_with_parent[row] else turn
        return np.broadcast_to(turn, (self.count, 4)), np.broadcast_to(head, (self.count, 3))


def _leaders(rig: Rig, keyed: Container[int]) -> list[int]:
    """Row of the bone above that each bone follows rigidly, -1 where none above moves.

    That is the nearest one that is keyed, or that does not turn with its parent.
    """
    leaders: list[int] = []
    for parent in rig.parents.tolist():
        moves = parent < 0 or parent in keyed or not rig.turns_with_parent[parent]
        leaders.append(parent if moves else leaders[parent])
    return leaders


def _needed(rig: Rig, names: Iterable[str], leaders: Sequence[int] | None = None) -> list[int]:
    """Rows of these bones and of all above them, parents first; of those above, only leaders where they are given."""
    above = rig.parents.tolist() if leaders is None else leaders
    rows: set[int] = set()
    for name in names:
        row = rig.index[name]
        while row >= 0 and row not in rows:
            rows.add(row)
            row = above[row]
    return sorted(rows)
