"""The bodies of BEV's people: from pose, shape and age to joints."""

from __future__ import annotations

import numpy as np

from ...bodies.embedded import load_body
from ...bodies.smpl.family import SmplFamily
from ...geometry.rotations import quat_from_rotvec
from ...geometry.skeleton import JOINT, N_JOINTS, forward_kinematics
from ...typing import Array
from ..common.age import ADULT_M, stature
from .constants import AGE

_HIPS = [JOINT["left_hip"], JOINT["right_hip"]]


class ScaledBodies:
    """Skeletons scaled by age, for when no body file describes children.

    Args:
        family: the user's adult body; without it everybody has the embedded body's skeleton.
    """

    def __init__(self, family: SmplFamily | None = None) -> None:
        self._family = family
        self._usual = load_body().rest_joints(ADULT_M)

    def joints(self, thetas: Array, betas: Array) -> Array:
        """Posed bodies.

        Args:
            thetas: (N, 72) rotation vectors; betas: (N, 11).

        Returns:
            (N, K, 3) float32 meters, camera axes; the 24 SMPL joints first; the origin is between the hips.
        """
        rotations = quat_from_rotvec(thetas.reshape(-1, N_JOINTS, 3))
        joints, _ = forward_kinematics(rotations, np.zeros(3), self.rest_joints(betas))
        return (joints - joints[:, _HIPS].mean(axis=1, keepdims=True)).astype(np.float32)

    def rest_joints(self, betas: Array) -> Array:
        """(N, 11) -> (N, 24, 3) float32 meters, T-pose, pelvis at the origin."""
        adults = self._usual[None] if self._family is None else self._family.adults.rest_joints(betas[:, :AGE])
        sizes = (stature(betas[:, AGE]) / ADULT_M)[:, None, None]
        return ((adults - adults[:, :1]) * sizes).astype(np.float32)


class SmplBodies(ScaledBodies):
    """The bodies of the user's files, which describe children, and infants where SMIL is installed."""

    def __init__(self, family: SmplFamily) -> None:
        self._smpl = family

    def joints(self, thetas: Array, betas: Array) -> Array:
        """See `ScaledBodies`; K is 71."""
        return self._smpl.joints(thetas, betas, root_align=True)

    def rest_joints(self, betas: Array) -> Array:
        """See `ScaledBodies`."""
        rest = self._smpl.rest_joints(betas)
        return rest - rest[:, :1]


def bodies_from(family: SmplFamily | None) -> ScaledBodies:
    """The best that these files allow."""
    if family is None or family.adults.shapedirs.shape[2] <= AGE or family.adults.extra_regressor is None:
        return ScaledBodies(family)
    return SmplBodies(family)
