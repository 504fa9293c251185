"""The pose that the fit starts from, without iteration."""

from __future__ import annotations

import numpy as np

from ...geometry.projection import root_from_pixels
from ...geometry.rotations import matrix_from_quat, quat_from_matrix, quat_from_rotvec, slerp
from ...typing import Array
from .joint_orientation import orient_groups
from .kinematic_chain import GROUPS, Chain
from .markers import CARRIER, USED
from .priors import REST
from .residuals import Measurements

_VISIBLE = 0.3
"""Visibility above which the initial pose relies on a landmark."""
_GROUPS_WITH_LANDMARKS = [index for index, group in enumerate(GROUPS) if index and np.isin(group, CARRIER).any()]
_CARRIED = np.stack([np.isin(CARRIER, GROUPS[index]) for index in _GROUPS_WITH_LANDMARKS])
"""(g, len(USED)) bool: used landmarks that these groups carry. The pelvis is not among them: it is never at rest."""


def initial_pose(chain: Chain, measured: Measurements, world: Array, visibility: Array) -> tuple[Array, Array]:
    """Group rotations (T, G, 3, 3) and root (T, 3).

    Args:
        world: (T, K, 3) landmarks in camera axes, meters; visibility: (T, len(USED)).
    """
    turns = _at_rest_where_hidden(orient_groups(world), visibility)
    markers = chain.pose(turns).markers[:, : len(USED)]
    return turns, root_from_pixels(markers, measured.pixels, measured.trust, measured.optics)


def _at_rest_where_hidden(turns: Array, visibility: Array) -> Array:
    """Group rotations drawn to rest where the landmarks that they carry are hidden."""
    best = (visibility[:, None] * _CARRIED).max(axis=-1)
    if (best >= _VISIBLE).all():
        return turns
    share = np.ones(turns.shape[:2])
    share[:, _GROUPS_WITH_LANDMARKS] = np.clip(best / _VISIBLE, 0, 1)
    return matrix_from_quat(slerp(quat_from_rotvec(REST), quat_from_matrix(turns), share))
