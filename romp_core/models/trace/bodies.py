"""TRACE's people as bodies in front of its pinhole and in its world.

Its cameras give the middle of the hips; takes hold the pelvis, which is a few centimeters from there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ...bodies.smpl.model import SmplModel
from ...geometry.rotations import quat_conjugate, quat_from_rotvec, quat_multiply, quat_rotate
from ...geometry.skeleton import JOINT, N_JOINTS, forward_kinematics
from ...typing import Array
from ..common.body_skeleton import template_joints
from ..common.rotation_6d import rotvec_from_6d
from .cameras import project, translation
from .orientation import ROOT

_POSE, _SHAPE = slice(12, 138), slice(138, 148)
_NEAREST_M = 0.05
_HIPS = [JOINT["left_hip"], JOINT["right_hip"]]


@dataclass(frozen=True)
class Bodies:
    """N people.

    Attributes:
        rotations: (N, 24, 4) wxyz; index 0 takes SMPL rest space to camera space.
        betas: (N, 10). rest_joints: (N, 24, 3) meters, pelvis at the origin.
        joints: (N, 24, 3) meters, camera axes, relative to the pelvis. root: (N, 3) the pelvis in camera space.
        hips: (N, 3) meters, from the middle of the hips to the pelvis, camera axes.
        points: (N, 24, 2) joints in the square, -1..1.
    """

    rotations: Array
    betas: Array
    rest_joints: Array
    joints: Array
    root: Array
    hips: Array
    points: Array

    def only(self, rows: Array) -> Bodies:
        """The people of these rows."""
        return Bodies(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    @property
    def usable(self) -> Array:
        """(N,) bool: in front of the camera, and of finite numbers."""
        good = self.root[:, 2] > _NEAREST_M
        for values in (self.rotations, self.joints, self.root, self.points, self.betas):
            good &= np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
        return good


def thetas_of(params: Array) -> Array:
    """Rotation vectors (N, 72) of parameters (N, 159); the hands are not turned."""
    thetas = np.zeros((len(params), N_JOINTS, 3), np.float32)
    thetas[:, 0] = rotvec_from_6d(params[:, ROOT])
    thetas[:, 1:22] = rotvec_from_6d(params[:, _POSE].reshape(len(params), 21, 6))
    return thetas.reshape(len(params), 3 * N_JOINTS)


def betas_of(params: Array) -> Array:
    """Shapes (N, 10) of parameters (N, 159)."""
    return params[:, _SHAPE]


def joints_from_hips(thetas: Array, betas: Array, body: SmplModel | None) -> Array:
    """Joints (N, K, 3) of posed bodies, the 24 of SMPL first; the origin is the middle of the hips.

    With SMPL's joint files K is 71, and the hips are those regressed from the mesh, as TRACE has it.
    """
    if body is not None and body.knows_joints:
        return body.joints(thetas, betas, root_align=True)
    rest = template_joints(betas, body)
    joints, _ = forward_kinematics(quat_from_rotvec(thetas.reshape(-1, N_JOINTS, 3)), rest[:, 0], rest)
    return np.asarray(joints - joints[:, _HIPS].mean(axis=1, keepdims=True))


def bodies(thetas: Array, betas: Array, cams: Array, body: SmplModel | None) -> Bodies:
    """Bodies in their poses, positioned by their cameras (N, 3): scale, y, x."""
    joints = joints_from_hips(thetas, betas, body)[:, :N_JOINTS]
    hips = joints[:, 0]
    position = translation(cams)
    rest = template_joints(betas, body)
    return Bodies(
        rotations=quat_from_rotvec(thetas.reshape(-1, N_JOINTS, 3)),
        betas=betas,
        rest_joints=rest - rest[:, :1],
        joints=joints - joints[:, :1],
        root=position + hips,
        hips=hips,
        points=project(joints + position[:, None]),
    )


def world_roots(seen: Bodies, world_rotations: Array, world_cams: Array) -> Array:
    """Pelvises (N, 3) in TRACE's world.

    Args:
        world_rotations: (N, 4) wxyz, takes SMPL rest space to the world. world_cams: (N, 3) scale, y, x.
    """
    turns = quat_multiply(world_rotations, quat_conjugate(seen.rotations[:, 0]))
    return np.asarray(translation(world_cams) + quat_rotate(turns, seen.hips))
