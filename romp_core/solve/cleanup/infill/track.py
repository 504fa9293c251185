"""A motion as numbers in which the same movement looks the same wherever it is made: what the priors learn from.

Rotation vectors of the joints around their means. Where the way up is known, the pelvis is its heading and its tilt,
and the root goes along: two more triples, which windows measure from the middle of their two ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ....geometry.rotations import (
    make_continuous,
    normalize,
    quat_conjugate,
    quat_from_rotvec,
    quat_multiply,
    rotvec_from_quat,
    side_of,
)
from ....geometry.skeleton import JOINT, JOINTS, N_JOINTS
from ....typing import Array
from .gaps import REACH

ROOT, HEADING = N_JOINTS, N_JOINTS + 1
"""Triples after those of the joints: position of the root, and its heading with two zeros."""
_FROM_REST = quat_from_rotvec(np.array([np.pi / 2, 0, 0]))
"""Takes SMPL rest space to one with z up."""
_OTHER_SIDE = {"left": "right", "right": "left"}
_MIRRORED = [JOINT["_".join(_OTHER_SIDE.get(part, part) for part in name.split("_"))] for name in JOINTS]
"""Of each joint, that on the other side."""
_FLAT = slice(3 * ROOT, 3 * ROOT + 2)
BOTH = True, True
"""Sides of a gap that a window around it shows."""
_AXIAL, _POLAR = np.array([1.0, -1.0, -1.0]), np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Track:
    """A motion as numbers.

    Attributes:
        values: (T, 3 n); seen: (T, n) bool. n is 24, or 26 with a root.
        means: (24, 4) rotations that the joints' vectors are around.
    """

    values: Array
    seen: Array
    means: Array

    @property
    def has_root(self) -> bool:
        """Whether the way up is known."""
        return self.seen.shape[1] > N_JOINTS

    def rotations(self) -> Array:
        """(T, 24, 4), sign-continuous."""
        vectors = self.values[:, : 3 * N_JOINTS].reshape(-1, N_JOINTS, 3)
        rotations = quat_multiply(self.means, quat_from_rotvec(vectors))
        if self.has_root:
            turn = np.zeros((len(vectors), 3))
            turn[:, 2] = self.values[:, 3 * HEADING]
            tilted = quat_multiply(quat_from_rotvec(turn), quat_from_rotvec(vectors[:, 0]))
            rotations[:, 0] = quat_multiply(tilted, _FROM_REST)
        return make_continuous(rotations)

    @property
    def root(self) -> Array:
        """(T, 3) position of the root, if there is one."""
        return self.values[:, 3 * ROOT : 3 * ROOT + 3]

    def mirrored(self) -> Track:
        """The motion as seen in a mirror; what it is around must be symmetric, see `track_of`."""
        triples = self.values.reshape(len(self.values), -1, 3)
        reflected = np.array(triples)
        reflected[:, :N_JOINTS] = triples[:, _MIRRORED] * _AXIAL
        seen = np.array(self.seen)
        seen[:, :N_JOINTS] = self.seen[:, _MIRRORED]
        if self.has_root:
            reflected[:, ROOT] = triples[:, ROOT] * _POLAR
            reflected[:, HEADING] = -triples[:, HEADING]
        return replace(self, values=reflected.reshape(self.values.shape), seen=seen)

    def windows(self, starts: Array, length: int, sides: tuple[bool, bool] = BOTH) -> Array:
        """Frames around and in gaps of `length` frames that start there: roots and headings measured from their ends.

        Args:
            sides: whether the `REACH` frames before and after the gap belong to it.

        Returns:
            (n, frames, D).
        """
        before, after = (REACH * side for side in sides)
        rows = np.asarray(starts)[:, None] + np.arange(-before, length + after)
        values = np.array(self.values[rows])
        if self.has_root:
            heading, middle = self._ends(np.asarray(starts), length, sides)
            values[..., 3 * HEADING] -= heading[:, None]
            values[..., _FLAT] = turned(values[..., _FLAT] - middle[:, None], -heading[:, None])
        return values

    def from_ends(self, start: int, filled: Array, sides: tuple[bool, bool] = BOTH) -> Array:
        """The middle (length, D) of such a window at `start` as frames of the track."""
        filled = np.array(filled)
        if self.has_root:
            heading, middle = self._ends(np.array([start]), len(filled), sides)
            filled[:, _FLAT] = turned(filled[:, _FLAT], heading) + middle
            filled[:, 3 * HEADING] += heading
        return filled

    def _ends(self, starts: Array, length: int, sides: tuple[bool, bool]) -> tuple[Array, Array]:
        """Headings (n,) and positions on the ground (n, 2) that windows are measured from."""
        rows = [row for row, side in zip((starts - 1, starts + length), sides, strict=True) if side]
        ends = np.mean([self.values[each] for each in rows], axis=0)
        return ends[:, 3 * HEADING], ends[:, _FLAT]


def track_of(rotations: Array, seen: Array, root: Array | None = None) -> Track:
    """A motion as a track.

    Args:
        rotations: (T, 24, 4), all finite, the pelvis in a world with z up if there is a root. seen: (T, 24) bool.
        root: (T, 3) meters, seen with the pelvis.
    """
    rotations = make_continuous(rotations)
    means = np.stack([_mean(rotations[seen[:, joint], joint]) for joint in range(rotations.shape[1])])
    other = means[_MIRRORED] * np.array([1.0, *_AXIAL])
    means = normalize(means + other * side_of(other, means))
    if root is None:
        vectors = rotvec_from_quat(quat_multiply(quat_conjugate(means), rotations))
        return Track(vectors.reshape(len(vectors), -1), seen, means)
    above = quat_multiply(rotations[:, 0], quat_conjugate(_FROM_REST))
    heading = np.unwrap(2 * np.arctan2(above[:, 3], above[:, 0]))
    about_up = np.stack([0 * heading, 0 * heading, heading], axis=1)
    vectors = rotvec_from_quat(quat_multiply(quat_conjugate(means), rotations))
    vectors[:, 0] = rotvec_from_quat(quat_multiply(quat_from_rotvec(-about_up), above))
    extra = np.stack([root, about_up[:, ::-1]], axis=1)
    values = np.concatenate([vectors, extra], axis=1)
    return Track(values.reshape(len(values), -1), np.concatenate([seen, seen[:, [0, 0]]], axis=1), means)


def turned(points: Array, angle: Array) -> Array:
    """Points (..., 2) of the ground turned by angles (...)."""
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y = points[..., 0], points[..., 1]
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)


def _mean(rotations: Array) -> Array:
    """Chordal mean (4,) of sign-continuous rotations (n, 4); the identity of none."""
    if not len(rotations):
        return np.array([1.0, 0.0, 0.0, 0.0])
    return np.asarray(normalize((rotations * side_of(rotations, rotations[:1])).mean(axis=0)))
