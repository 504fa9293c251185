"""People as result files hold them: joint rotations with a pelvis in camera space, in a world, or in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import TakeError
from ..geometry.rotations import quat_from_matrix, quat_from_rotvec
from ..geometry.skeleton import N_JOINTS
from ..typing import Array

LONGEST = 1 << 22
"""Larger frame numbers are not real: six hours at 180 fps."""
_BODY_JOINTS = 22
"""Joints that SMPL, SMPL-H and SMPL-X share; SMPL has two hands after them, the others fingers and a face."""
_FAR = 1e4
"""Meters; nobody walks further than this."""


@dataclass(frozen=True)
class Pelvis:
    """Orientation (n, 4) wxyz from SMPL rest space, and position (n, 3) meters, of a person's pelvis in some space."""

    rotation: Array
    root: Array


@dataclass(frozen=True)
class Track:
    """One person in n frames.

    Attributes:
        frames: (n,) int, increasing frame indices; rows with numbers that are not finite are left out.
        body: (n, 24, 4) local rotations; that of the pelvis is in `camera` and `world`.
        camera, world: the pelvis in camera space, in the file's world; None where the file does not say.
        betas: (B,) shape coefficients.
        rest_joints: (24, 3) or (n, 24, 3) meters, where the file says more about the skeleton than betas.
        name: of the person, "" for the usual one.
    """

    frames: Array
    body: Array
    camera: Pelvis | None = None
    world: Pelvis | None = None
    betas: Array | None = None
    rest_joints: Array | None = None
    confidence: Array | None = None
    name: str = ""

    def rotations(self, pelvis: Pelvis) -> Array:
        """(n, 24, 4) with the pelvis in one of the spaces."""
        return np.concatenate([pelvis.rotation[:, None], self.body[:, 1:]], axis=1)

    def clean(self, valid: Array | None = None) -> Track:
        """Without rows that are not valid (n,), not finite, far off, or repeat a frame.

        Raises:
            TakeError: arrays differ in length.
        """
        count = len(self.frames)
        good = np.ones(count, bool) if valid is None else np.asarray(valid).reshape(-1) != 0
        arrays = [self.body, self.confidence]
        for pelvis in (self.camera, self.world):
            arrays += [] if pelvis is None else [pelvis.rotation, pelvis.root]
        if self.rest_joints is not None and self.rest_joints.ndim == 3:
            arrays.append(self.rest_joints)
        if any(array is not None and len(array) != count for array in (good, *arrays)):
            raise TakeError("The arrays in the results differ in length.", "Write the file again.")
        for array in arrays:
            if array is not None:
                good &= (np.abs(array.reshape(count, -1)) < _FAR).all(axis=1)  # what is not finite is not
        good &= (self.frames >= 0) & (self.frames < LONGEST)
        rows = np.flatnonzero(good)
        _, first = np.unique(self.frames[rows], return_index=True)
        return self.only(rows[first])

    def only(self, rows: Array) -> Track:
        """The track with these rows."""

        def pick(array: Array | None) -> Array | None:
            return None if array is None else array[rows]

        def picked(pelvis: Pelvis | None) -> Pelvis | None:
            return None if pelvis is None else Pelvis(pelvis.rotation[rows], pelvis.root[rows])

        rest = self.rest_joints
        return replace(
            self,
            frames=self.frames[rows],
            body=self.body[rows],
            camera=picked(self.camera),
            world=picked(self.world),
            confidence=pick(self.confidence),
            rest_joints=pick(rest) if rest is not None and rest.ndim == 3 else rest,
        )

    @classmethod
    def joined(cls, parts: Sequence[Track]) -> Track:
        """One person from parts in camera space; the shape is their median."""
        cameras = [part.camera for part in parts if part.camera is not None]
        shapes = [part.betas for part in parts if part.betas is not None]
        rests = [part.rest_joints for part in parts if part.rest_joints is not None]
        return replace(
            parts[0],
            frames=np.concatenate([part.frames for part in parts]),
            body=np.concatenate([part.body for part in parts]),
            camera=Pelvis(np.concatenate([c.rotation for c in cameras]), np.concatenate([c.root for c in cameras])),
            betas=np.median(shapes, axis=0) if len({len(shape) for shape in shapes}) == 1 else None,
            rest_joints=np.concatenate(rests) if len(rests) == len(parts) else None,
        ).clean()


def numbers(value: Any, name: str, tool: str) -> Array:
    """An array of float64, NaN for what is not finite. Raises TakeError for text, objects and ragged lists."""
    try:
        array = np.asarray(value)
    except ValueError as error:  # ragged
        raise malformed(name, tool) from error
    if array.dtype.kind not in "fiub":
        raise malformed(name, tool)
    array = array.astype(np.float64)
    return array if np.isfinite(array).all() else np.where(np.isfinite(array), array, np.nan)


def malformed(name: str, tool: str) -> TakeError:
    """The error for an array of another form."""
    return TakeError(
        f'The file looks like a result of {tool}, but "{name}" in it does not have the form that {tool} gives it.',
        f"Write it again with {tool}, or choose another file.",
    )


def rows_of(value: Any, width: int, name: str, tool: str) -> Array:
    """(n, width) from an array with this many numbers in a row, whatever the shape of a row."""
    array = numbers(value, name, tool)
    if array.ndim < 1 or (array.size and array.size % width):
        raise malformed(name, tool)
    rows = array.reshape(-1, width)
    if array.ndim > 1 and len(rows) != len(array):
        raise malformed(name, tool)
    return rows


def joint_rotations(parts: Sequence[Any], name: str, tool: str) -> Array:
    """Local rotations (n, 24, 4) of rotation vectors or matrices; fingers and faces are left out.

    Args:
        parts: arrays of consecutive joints, each (n, 3 J), (n, J, 3) or (n, J, 3, 3); with at least the pelvis and 21
            joints of the body together.
    """
    pieces = [_quats(part, name, tool) for part in parts]
    if len({len(piece) for piece in pieces}) != 1:
        raise malformed(name, tool)
    quats = np.concatenate(pieces, axis=1)
    if quats.shape[1] < _BODY_JOINTS:
        raise malformed(name, tool)
    used = N_JOINTS if quats.shape[1] == N_JOINTS else _BODY_JOINTS
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (len(quats), N_JOINTS, 1))
    rotations[:, :used] = quats[:, :used]
    return rotations


def _quats(part: Any, name: str, tool: str) -> Array:
    """(n, J, 4) of one array."""
    array = numbers(part, name, tool)
    if array.ndim >= 3 and array.shape[-2:] == (3, 3):
        finite = np.asarray(np.isfinite(array).all(axis=(-2, -1), keepdims=True))
        quats = quat_from_matrix(np.where(finite, array, np.eye(3)))
        return np.where(finite[..., 0], quats, np.nan).reshape(len(array), -1, 4)
    if array.ndim < 2 or (array.size and array[0].size % 3):
        raise malformed(name, tool)
    return quat_from_rotvec(array.reshape(len(array), -1, 3))


def pelvis(rotation: Any, trans: Any, rest: Array, name: str, tool: str) -> Pelvis:
    """A pelvis from its rotation ((n, 3), (n, 1, 3, 3), ... or (n, 4) quaternions) and SMPL's translation (n, 3).

    Args:
        rest: (3,) rest position of the pelvis, which the translation lacks; zeros where it does not.
    """
    array = numbers(rotation, name, tool)
    quats = array if array.ndim == 2 and array.shape[1] == 4 else _quats(array, name, tool)[:, 0]
    return Pelvis(quats, rows_of(trans, 3, name, tool) + rest)


def shape_of(betas: Any) -> Array | None:
    """The shape coefficients (B,) of one person, the median of those that change over time; None for anything else."""
    try:
        array = np.asarray(betas)
    except ValueError:
        return None
    if array.dtype.kind not in "fiu" or not array.size:
        return None
    rows = array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
    return np.nan_to_num(np.median(rows.astype(np.float64), axis=0))


def frame_rows(value: Any, count: int, tool: str, name: str = "frame_ids") -> Array:
    """Frame indices (n,) int64; 0, 1, ... where there are none."""
    if value is None:
        return np.arange(count)
    frames = rows_of(value, 1, name, tool)[:, 0]
    if len(frames) != count or not np.isfinite(frames).all():
        raise malformed(name, tool)
    return frames.astype(np.int64)
