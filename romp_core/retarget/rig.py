"""`Rig`: a skeleton at rest, as its owner built it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..geometry.rotations import quat_from_matrix
from ..typing import Array


@dataclass(frozen=True)
class Rig:
    """Bones at rest in the world: z up, meters.

    Attributes:
        names: (B) unique bone names; parents come before their children.
        parents: (B,) index of the bone whose motion a bone follows, -1 for none.
        rest: (B, 4, 4) world matrices of the rest pose, without scale; the bone lies along its own y.
        lengths: (B,) meters from head to tail.
        turns_with_parent: (B,) bool; False for bones that follow only the position of their parent.
    """

    names: tuple[str, ...]
    parents: Array
    rest: Array
    lengths: Array
    turns_with_parent: Array

    @cached_property
    def index(self) -> dict[str, int]:
        """Bone name -> row."""
        return {name: row for row, name in enumerate(self.names)}

    @cached_property
    def rest_quats(self) -> Array:
        """(B, 4) rotations of the rest pose, wxyz."""
        return quat_from_matrix(self.rest[:, :3, :3])

    @cached_property
    def heads(self) -> Array:
        """(B, 3) where the bones start, meters."""
        return np.asarray(self.rest[:, :3, 3])

    @cached_property
    def tails(self) -> Array:
        """(B, 3) where the bones end, meters."""
        return np.asarray(self.heads + self.rest[:, :3, 1] * self.lengths[:, None])
