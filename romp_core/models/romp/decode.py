"""ROMP's 145 numbers per person as a camera, a pose and a shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.rotations import rotvec_from_quat
from ...geometry.skeleton import N_JOINTS
from ...typing import Array
from ..common.rotation_6d import quat_from_6d

_SCALE_BASE = np.float32(1.1)
_CAMERA, _ROTATIONS = 3, 22 * 6


@dataclass(frozen=True)
class Parameters:
    """What the network estimates of N people.

    Attributes:
        cams: (N, 3) float32 scale, x, y in the square: p = scale * X + (x, y), p from -1 to 1.
        rotations: (N, 24, 4) float32 wxyz, unit; the hands are not turned.
        betas: (N, 10) float32.
    """

    cams: Array
    rotations: Array
    betas: Array

    @property
    def thetas(self) -> Array:
        """(N, 72) float32 rotation vectors."""
        return rotvec_from_quat(self.rotations).astype(np.float32).reshape(len(self.cams), 3 * N_JOINTS)


def decode(sampled: Array) -> Parameters:
    """Take apart sampled parameters (N, 145): camera 3, 22 rotations in 6D, shape 10."""
    cams = sampled[:, :_CAMERA].copy()
    cams[:, 0] = _SCALE_BASE ** cams[:, 0]
    rotations_6d = sampled[:, _CAMERA : _CAMERA + _ROTATIONS].reshape(len(sampled), _ROTATIONS // 6, 6)
    rotations = np.zeros((len(sampled), N_JOINTS, 4), dtype=np.float32)
    rotations[..., 0] = 1
    rotations[:, : rotations_6d.shape[1]] = quat_from_6d(rotations_6d)
    return Parameters(cams, rotations, sampled[:, _CAMERA + _ROTATIONS :])
