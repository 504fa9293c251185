"""SMPL-X (Pavlakos et al. 2019): the user's file, as far as it tells how a body without face and fingers moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ... import checkpoints
from ...errors import ModelError
from ...geometry.skeleton import PARENTS
from ...typing import Array
from .files import Parts
from .layout import N_BETAS

N_BODY = 22
"""Joints of the body: those of SMPL without the hands, in the same order."""
N_VERTICES, _JOINTS = 10475, 55
_POSES = 9 * (N_BODY - 1)
_FIRST_FINGER = 25
"""The joints from here on are those of the fingers."""
_MIDDLE_KNUCKLES = (28, 43)
"""Left and right, where SMPL has its hand joints."""
_ADVICE = "Choose SMPLX_NEUTRAL.npz, from smpl-x.is.tue.mpg.de."


@dataclass(frozen=True)
class SmplxBody:
    """A body of V vertices whose head and hands are stiff.

    Attributes:
        template: (V, 3) meters, T-pose, SMPL rest axes. shapes: (V, 3, 10) by the betas. poses: (189, V, 3) for the
            elements of the rotation matrices of all joints but the pelvis.
        weights: (V, 22) skin weights; those of face and fingers count for head and wrists.
        fingers: (V,) the part of these weights that is the fingers'.
        joints: (24, 3) joints of SMPL at rest; joint_shapes: (24, 3, 10).
    """

    template: Array
    shapes: Array
    poses: Array
    weights: Array
    fingers: Array
    joints: Array
    joint_shapes: Array

    def rest_joints(self, betas: Array) -> Array:
        """Joints (24, 3) of a shape (10,) at rest, meters."""
        return np.asarray(self.joints + self.joint_shapes @ betas)

    def shaped(self, betas: Array) -> Array:
        """Vertices (V, 3) of a shape (10,) at rest."""
        return np.asarray(self.template + self.shapes @ betas)

    def only(self, rows: Array) -> SmplxBody:
        """The same with these vertices only."""
        vertices = {name: getattr(self, name)[rows] for name in ("template", "shapes", "weights", "fingers")}
        return replace(self, poses=self.poses[:, rows], **vertices)


def load_smplx(path: str | Path) -> SmplxBody:
    """Read SMPL-X's own file (`.npz` or `.pkl`).

    Raises:
        ModelError: the file cannot be read, or holds another model.
    """
    path = Path(path)
    stored = checkpoints.read(path)
    if not isinstance(stored, Mapping) or "v_template" not in stored or "weights" not in stored:
        raise ModelError(f'"{path.name}" holds no body model.', _ADVICE)
    if getattr(stored["v_template"], "shape", ())[:1] != (N_VERTICES,):
        raise ModelError(f'"{path.name}" is another body model than SMPL-X.', _ADVICE)
    part = Parts(path, stored, "SMPL-X", _ADVICE)
    parents = part.array("kintree_table").astype(np.int64).reshape(-1)[:_JOINTS]
    if len(parents) != _JOINTS or not np.array_equal(parents[1:N_BODY], PARENTS[1:N_BODY]):
        raise part.broken("kintree_table")
    template = part.array("v_template", N_VERTICES, 3).astype(np.float64)
    shapes = part.array("shapedirs", N_VERTICES, 3, None)[..., :N_BETAS].astype(np.float64)
    regressor = part.array("J_regressor", _JOINTS, N_VERTICES).astype(np.float64)
    regressor = regressor[[*range(N_BODY), *_MIDDLE_KNUCKLES]]
    weights = part.array("weights", N_VERTICES, _JOINTS).astype(np.float64)
    poses = part.array("posedirs", N_VERTICES, 3, 9 * (_JOINTS - 1))[..., :_POSES]
    return SmplxBody(
        template=template,
        shapes=shapes,
        poses=np.ascontiguousarray(poses.transpose(2, 0, 1), dtype=np.float32),
        weights=_stiff(weights, parents),
        fingers=weights[:, _FIRST_FINGER:].sum(axis=1),
        joints=regressor @ template,
        joint_shapes=np.einsum("jv,vab->jab", regressor, shapes, optimize=True),
    )


def _stiff(weights: Array, parents: Array) -> Array:
    """Weights (V, 22) of the body's joints, which carry what hangs on them, from those of all (V, 55)."""
    stiff = np.array(weights)
    for joint in range(_JOINTS - 1, N_BODY - 1, -1):
        stiff[:, parents[joint]] += stiff[:, joint]
    return stiff[:, :N_BODY]
