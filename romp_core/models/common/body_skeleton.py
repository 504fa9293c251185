"""The skeleton of the people that a model sees: from the user's SMPL file, or of the embedded body."""

from __future__ import annotations

import numpy as np

from ...bodies.embedded import load_body
from ...bodies.smpl.model import SmplModel
from ...geometry.skeleton import SMPL_PELVIS
from ...typing import Array

_HEIGHT_M = 1.70
"""Height of the embedded body, about that of SMPL's mean shape."""


def template_joints(betas: Array, body: SmplModel | None) -> Array:
    """T-pose joints (P, 24, 3), meters, in SMPL's own frame, whose origin is in the chest and not in the pelvis.

    The networks' cameras refer to that origin. Without an SMPL file everybody has the skeleton of the embedded body,
    with its pelvis where SMPL's is.

    Args:
        betas: (P, B) shape coefficients.
    """
    if body is not None:
        return body.rest_joints(betas)
    joints = load_body().rest_joints(_HEIGHT_M) + SMPL_PELVIS
    return np.broadcast_to(joints, (len(betas), *joints.shape))
