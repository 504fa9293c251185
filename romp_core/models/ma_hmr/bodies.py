"""The skeletons of the people that MA-HMR sees, in SMPL's own frame: its cameras refer to that origin."""

from __future__ import annotations

import numpy as np

from ...bodies.smpl.layout import KID
from ...bodies.smpl.model import SmplModel
from ...typing import Array
from ..common.age import ADULT_M, stature
from ..common.body_skeleton import template_joints


def rest_joints(betas: Array, body: SmplModel | None) -> Array:
    """T-pose joints (N, 24, 3) in meters.

    Without an SMPL file everybody has the embedded body's skeleton; without the template of a child, children are
    adults made smaller.

    Args:
        betas: (N, 10), or (N, 11) with how much of a child somebody is.
    """
    joints = template_joints(betas, body)
    knows_children = body is not None and body.shapedirs.shape[2] > KID
    if knows_children or betas.shape[1] <= KID:
        return np.asarray(joints)
    return np.asarray(joints * (stature(betas[:, KID]) / ADULT_M)[:, None, None])
