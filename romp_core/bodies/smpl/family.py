"""People of all ages: adults and children by SMPL-A, infants by SMIL (Sun et al. 2022, BEV; Patel et al. 2021, AGORA).

The coefficient after the ten of SMPL blends from an adult to a child.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .layout import KID
from .model import SmplModel

INFANT_AGE = 0.8
"""Above this eleventh coefficient a person is an infant."""


def is_infant(betas: Array) -> Array:
    """Which of the shapes (N, B) are infants: (N,) bool."""
    betas = np.asarray(betas)
    if betas.shape[1] <= KID:
        return np.zeros(len(betas), dtype=bool)
    return np.asarray(betas[:, KID] > INFANT_AGE)


@dataclass(frozen=True)
class SmplFamily:
    """Two bodies that are posed as one; without `infants` everybody is an adult or a child."""

    adults: SmplModel
    infants: SmplModel | None = None

    def forward(self, thetas: Array, betas: Array, root_align: bool = False) -> tuple[Array, Array]:
        """Vertices (N, 6890, 3) and joints (N, 71, 3) of thetas (N, 72), betas (N, 11); see `SmplModel.forward`."""
        vertices, joints = self.adults.forward(thetas, betas, root_align)
        for model, who in self._others(betas):
            vertices[who], joints[who] = model.forward(thetas[who], betas[who, :KID], root_align)
        return vertices, joints

    def joints(self, thetas: Array, betas: Array, root_align: bool = False) -> Array:
        """The joints of `forward` alone, much quicker."""
        joints = self.adults.joints(thetas, betas, root_align)
        for model, who in self._others(betas):
            joints[who] = model.joints(thetas[who], betas[who, :KID], root_align)
        return joints

    def rest_joints(self, betas: Array) -> Array:
        """Joints (N, 24, 3) of the T-pose, not centered."""
        joints = self.adults.rest_joints(betas)
        for model, who in self._others(betas):
            joints[who] = model.rest_joints(betas[who, :KID])
        return joints

    def _others(self, betas: Array) -> list[tuple[SmplModel, Array]]:
        who = np.flatnonzero(is_infant(betas))
        return [(self.infants, who)] if self.infants is not None and len(who) else []
