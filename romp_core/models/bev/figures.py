"""The bodies of BEV's people: from pose, shape and age to joints."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ...body import load_body
from ...rotations import Array, quat_from_rotvec
from ...skeleton import JOINT, N_JOINTS, forward_kinematics
from .constants import AGE

ADULT_M = 1.70
NEWBORN_M = 0.75
"""Stature that an age offset of 1 stands for: an assumption, see `stature`."""


class Figures(Protocol):
    """Poses bodies."""

    def joints(self, thetas: Array, betas: Array) -> Array:
        """(N, 72) and (N, 11) -> (N, K, 3) metres, camera axes, the 24 SMPL joints first; 0 is between the hips."""
        ...

    def rest_joints(self, betas: Array) -> Array:
        """(N, 11) -> (N, 24, 3) metres, T-pose, pelvis at the origin."""
        ...


def stature(age: Array) -> Array:
    """Body height in metres for BEV's age offsets (N,), without a body file.

    An assumption: linear from an adult of 1.70 m at 0 to a baby of 0.75 m at 1, and constant beyond. What matters is
    that children come out small and near rather than grown-up and far away.
    """
    return np.asarray(ADULT_M + (NEWBORN_M - ADULT_M) * np.clip(age, 0.0, 1.0))


class EmbeddedFigures:
    """The embedded body, scaled to the age: for those who have no SMPL file. Betas other than the age do nothing."""

    def __init__(self) -> None:
        self._adult = load_body().rest_joints(ADULT_M)

    def joints(self, thetas: Array, betas: Array) -> Array:
        """See `Figures`; K is 24."""
        rotations = quat_from_rotvec(thetas.reshape(-1, N_JOINTS, 3))
        joints, _ = forward_kinematics(rotations, np.zeros(3), self._adult)
        hips = joints[:, [JOINT["left_hip"], JOINT["right_hip"]]].mean(axis=1, keepdims=True)
        return ((joints - hips) * self._sizes(betas)).astype(np.float32)

    def rest_joints(self, betas: Array) -> Array:
        """See `Figures`."""
        return (self._adult * self._sizes(betas)).astype(np.float32)

    def _sizes(self, betas: Array) -> Array:
        return (stature(betas[:, AGE]) / ADULT_M)[:, None, None]
