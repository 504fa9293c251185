"""A character's motion in the world, frame by frame: what every format writes, and what its file must show again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .reimport import orthonormal

if TYPE_CHECKING:
    from romp_core.typing import Array

_SAME_SCALE = 1e-4
_ROOT_SHARE = 0.05  # a bone nearer to the floor than this share of the skeleton's height stands on it


@dataclass(frozen=True)
class SampledMotion:
    """Bones in meters and world axes, z up. The rest pose stands at the origin; where it goes is in the motion.

    Attributes:
        name: of the character. bones: names, parents first. sources: their names in the rig, "" for added ones.
        deforms: per bone, whether it moves the mesh. to_rest: (3, 3) armature space -> rest pose.
        parents: (B,) index of the parent, -1 for none. rest: (B, 4, 4) bones of the rest pose. lengths: (B,).
        first: scene frame of the first sample. fps: samples per second.
        heads: (T, B, 3). turns: (T, B, 3, 3) rotations since the rest pose, in world axes.
        scales: (T, B, 3) of bones along their axes, None where nothing is scaled.
    """

    name: str
    bones: tuple[str, ...]
    sources: tuple[str, ...]
    deforms: tuple[bool, ...]
    parents: Array
    to_rest: Array
    rest: Array
    lengths: Array
    first: int
    fps: float
    heads: Array
    turns: Array
    scales: Array | None = None

    @property
    def tops(self) -> list[int]:
        """Bones without a parent."""
        return [index for index, parent in enumerate(self.parents) if parent < 0]

    @property
    def root_bone(self) -> str:
        """Name of the bone that all others descend from, "" where there is none."""
        return self.bones[self.tops[0]] if len(self.tops) == 1 else ""

    @property
    def height(self) -> float:
        """Of the rest pose, to the ends of its bones, in meters."""
        import numpy as np

        ends = self.rest[:, 2, 3] + self.rest[:, 2, 1] * self.lengths
        return float(np.ptp(np.concatenate([self.rest[:, 2, 3], ends])))

    def local_turns(self) -> Array:
        """Rotations since the rest pose in the turned axes of the parent (T, B, 3, 3)."""
        import numpy as np

        return np.swapaxes(self._parent_turns(), -1, -2) @ self.turns

    def local_heads(self) -> Array:
        """Heads from the parent's head, in the turned and scaled axes of the parent (T, B, 3)."""
        import numpy as np

        has_parent = self.parents >= 0
        steps = self.heads - np.where(has_parent[:, None], self.heads[:, self.parents], 0.0)
        local = np.einsum("tbji,tbj->tbi", self._parent_turns(), steps)
        if self.scales is None:
            return local
        axes = np.where(has_parent[:, None, None], self.rest[self.parents, :3, :3], np.eye(3))
        sizes = np.where(has_parent[:, None], self.scales[:, self.parents], 1.0)
        along = np.einsum("bji,tbj->tbi", axes, local) / sizes
        return np.einsum("bij,tbj->tbi", axes, along)

    def rest_steps(self) -> Array:
        """Heads of the rest pose from the parent's head (B, 3)."""
        import numpy as np

        heads = self.rest[:, :3, 3]
        return heads - np.where((self.parents >= 0)[:, None], heads[self.parents], 0.0)

    def of_bones(self, rows: Sequence[int]) -> SampledMotion:
        """These bones in this order; `parents` is left to the caller."""
        return replace(
            self,
            bones=tuple(self.bones[row] for row in rows),
            sources=tuple(self.sources[row] for row in rows),
            deforms=tuple(self.deforms[row] for row in rows),
            rest=self.rest[rows],
            lengths=self.lengths[rows],
            heads=self.heads[:, rows],
            turns=self.turns[:, rows],
            scales=None if self.scales is None else self.scales[:, rows],
        )

    def _parent_turns(self) -> Array:
        import numpy as np

        return np.where((self.parents >= 0)[:, None, None], self.turns[:, self.parents], np.eye(3))


def sampled(
    name: str,
    bones: Sequence[str],
    deforms: Sequence[bool],
    parents: Sequence[int],
    rest: Array,
    lengths: Array,
    posed: Array,
    first: int,
    fps: float,
    turned: bool,
) -> SampledMotion:
    """The motion of an armature, from its matrices.

    Args:
        rest: (B, 4, 4) bones of the rest pose in armature space. lengths: (B,) of bones there.
        posed: (T, B + 1, 4, 4): first the armature's world matrix, in meters, then its bones in the world.
        turned: whether the rest pose is turned about z as the armature is; else that heading is part of the motion.
    """
    import numpy as np

    to_rest = posed[0, 0, :3, :3]
    if not turned:
        to_rest = about_z(-headings(orthonormal(to_rest))) @ to_rest
    axes = to_rest @ rest[:, :3, :3]
    stretch = np.linalg.norm(axes, axis=-2)
    frames = orthonormal(axes)
    with np.errstate(invalid="ignore"):  # bones of no size are reported by `preflight`
        turns = orthonormal(posed[:, 1:, :3, :3]) @ np.swapaxes(frames, -1, -2)
    scales = np.linalg.norm(posed[:, 1:, :3, :3], axis=-2) / stretch
    proper = frames.copy()
    proper[..., 0] *= np.linalg.det(frames)[:, None]  # in mirrored armatures
    in_world = np.tile(np.eye(4), (len(rest), 1, 1))
    in_world[:, :3, :3], in_world[:, :3, 3] = proper, rest[:, :3, 3] @ to_rest.T
    return SampledMotion(
        name,
        tuple(bones),
        tuple(bones),
        tuple(deforms),
        np.asarray(parents),
        to_rest,
        in_world,
        lengths * stretch[:, 1],
        first,
        fps,
        posed[:, 1:, :3, 3],
        turns,
        scales if np.abs(scales - 1.0).max() > _SAME_SCALE else None,
    )


def headings(turns: Array) -> Array:
    """Angles about the world's z axis of rotations (..., 3, 3): the twist of a swing-twist decomposition."""
    import numpy as np

    return np.arctan2(turns[..., 1, 0] - turns[..., 0, 1], turns[..., 0, 0] + turns[..., 1, 1])


def about_z(angles: Array) -> Array:
    """Rotations (..., 3, 3) about z."""
    import numpy as np

    cos, sin, zero = np.cos(angles), np.sin(angles), np.zeros_like(angles)
    rows = (np.stack([cos, -sin, zero], -1), np.stack([sin, cos, zero], -1), np.stack([zero, zero, zero + 1.0], -1))
    return np.stack(rows, axis=-2)


def below_root(motion: SampledMotion) -> SampledMotion:
    """All bones below the root bone of a rig: one that deforms nothing, and is on the floor at rest.

    Under Rigify's root is the spine only; limbs hang on bones that follow it by constraints.
    """
    import numpy as np

    roots = [top for top in motion.tops if _is_on_floor(motion, top) and not motion.deforms[top]]
    if not roots or len(motion.tops) == 1:
        return motion
    root = max(roots, key=lambda top: len(_descendants(motion.parents, top)))
    order = [root, *(bone for bone in range(len(motion.bones)) if bone != root)]  # parents first
    place = np.argsort(order)
    others = [top for top in motion.tops if top != root]
    parents = np.where(np.isin(np.arange(len(order)), others), root, motion.parents)[order]
    parents = np.where(parents < 0, -1, place[parents])
    return replace(motion.of_bones(order), parents=parents)


def _is_on_floor(motion: SampledMotion, bone: int) -> bool:
    return bool(abs(motion.rest[bone, 2, 3]) < _ROOT_SHARE * motion.height)


def with_root_bone(motion: SampledMotion) -> SampledMotion:
    """The motion below one bone on the floor that carries path and heading, as game engines expect.

    A skeleton whose only top bone is on the floor at rest has it already.
    """
    import numpy as np

    if len(motion.tops) == 1 and _is_on_floor(motion, motion.tops[0]):
        return motion
    rest_heads = motion.rest[:, :3, 3]
    hips = max(motion.tops, key=lambda top: len(_descendants(motion.parents, top)))
    turns = about_z(np.unwrap(headings(motion.turns[:, hips])))
    path = motion.heads[:, hips] - np.einsum("tij,j->ti", turns, rest_heads[hips])
    path[:, 2] = 0.0
    count = len(path)
    return replace(
        motion,
        bones=(unused_name("root", motion.bones), *motion.bones),
        sources=("", *motion.sources),
        deforms=(False, *motion.deforms),
        parents=np.concatenate([[-1], np.where(motion.parents < 0, 0, motion.parents + 1)]),
        rest=np.concatenate([np.eye(4)[None], motion.rest]),
        lengths=np.concatenate([[0.25 * abs(rest_heads[hips, 2]) or 0.25], motion.lengths]),
        heads=np.concatenate([path[:, None], motion.heads], axis=1),
        turns=np.concatenate([turns[:, None], motion.turns], axis=1),
        scales=None if motion.scales is None else np.concatenate([np.ones((count, 1, 3)), motion.scales], axis=1),
    )


def renamed(motion: SampledMotion, rule: Callable[[str], str]) -> SampledMotion:
    """Bones under names that a format can hold, still each its own."""
    names: list[str] = []
    for name in motion.bones:
        names.append(unused_name(rule(name), names))
    return replace(motion, bones=tuple(names))


def unused_name(name: str, taken: Sequence[str]) -> str:
    """The name, or one like it that is not taken."""
    while name in taken:
        name += "_"
    return name


def _descendants(parents: Array, top: int) -> list[int]:
    found = [top]
    for index, parent in enumerate(parents):  # parents come first
        if parent in found:
            found.append(index)
    return found
