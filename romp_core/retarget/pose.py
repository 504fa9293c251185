"""From rotations of bones in the world to what is keyed: rotations and positions relative to rest and parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..geometry.rotations import make_continuous, quat_conjugate, quat_from_matrix, quat_multiply, quat_rotate
from ..typing import Array
from .rig import Rig


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


def pose_rig(rig: Rig, turned: Mapping[str, Array], placed: Mapping[str, Array], count: int) -> RigPose:
    """Pose a rig so that some bones have given world rotations and positions; the others follow their parents.

    Args:
        turned: bone -> (n, 4) world rotation of the bone's matrix. placed: bone -> (n, 3) world position of its head.
        count: n.
    """
    walk = _Walk(rig, count)
    rotations: dict[str, Array] = {}
    locations: dict[str, Array] = {}
    for row in _needed(rig, {*turned, *placed}):
        name = rig.names[row]
        turn, head = walk.unkeyed(row)
        if name in placed:
            locations[name] = quat_rotate(quat_conjugate(turn), placed[name] - head)
            head = placed[name]
        if name in turned:
            rotations[name] = make_continuous(quat_multiply(quat_conjugate(turn), turned[name]))
            turn = turned[name]
        walk.heads[name], walk.orientations[name] = head, turn
    return RigPose(rotations, locations, walk.heads, walk.orientations)


def pose_from_keys(rig: Rig, rotations: Mapping[str, Array], locations: Mapping[str, Array]) -> RigPose:
    """Pose a rig by what is keyed, as the program does that plays the keys: forward kinematics.

    Args:
        rotations: bone -> (n, 4), locations: bone -> (n, 3), as in `RigPose`.
    """
    walk = _Walk(rig, len(next(iter(rotations.values()))))
    for row in _needed(rig, {*rotations, *locations}):
        name = rig.names[row]
        turn, head = walk.unkeyed(row)
        if name in locations:
            head = head + quat_rotate(turn, locations[name])
        if name in rotations:
            turn = quat_multiply(turn, rotations[name])
        walk.heads[name], walk.orientations[name] = head, turn
    return RigPose(rotations, locations, walk.heads, walk.orientations)


class _Walk:
    """Goes over the bones of a rig, parents first, in `count` frames at once."""

    def __init__(self, rig: Rig, count: int) -> None:
        self.rig, self.count = rig, count
        self.rest = quat_from_matrix(rig.rest[:, :3, :3])
        self.heads: dict[str, Array] = {}
        self.orientations: dict[str, Array] = {}

    def unkeyed(self, row: int) -> tuple[Array, Array]:
        """World rotation (n, 4) and head (n, 3) of a bone without keys: where its parent takes it."""
        rig, rest = self.rig, self.rest
        turn, head, parent = rest[row], rig.heads[row], int(rig.parents[row])
        if parent >= 0:
            above = rig.names[parent]
            moved = quat_multiply(self.orientations[above], quat_conjugate(rest[parent]))
            head = self.heads[above] + quat_rotate(moved, head - rig.heads[parent])
            turn = quat_multiply(moved, turn) if rig.turns_with_parent[row] else turn
        return np.broadcast_to(turn, (self.count, 4)), np.broadcast_to(head, (self.count, 3))


def _needed(rig: Rig, names: set[str]) -> list[int]:
    """Rows of these bones and of all above them, parents first."""
    rows: set[int] = set()
    for name in names:
        row = rig.index[name]
        while row >= 0 and row not in rows:
            rows.add(row)
            row = int(rig.parents[row])
    return sorted(rows)
