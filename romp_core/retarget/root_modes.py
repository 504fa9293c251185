"""Where root motion goes: onto the hips, onto a root bone at the floor, or nowhere."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..geometry.rotations import quat_from_rotvec, quat_rotate
from ..typing import Array

RootMode = Literal["HIPS", "ROOT", "IN_PLACE", "WORLD"]
"""HIPS: the hips carry all motion. ROOT: heading and ground path on the root bone, the rest on the hips.
IN_PLACE: no ground path. WORLD: in the source's own place in the world; the root bone follows the ground path."""
_LEVEL = 0.2
"""Horizontal share of the facing direction below which a body has no heading: it lies or stands on its head."""


def heading(pelvis: Array) -> Array:
    """Angle (n,) about the vertical by which a body faces away from -y, radians, continuous.

    Args:
        pelvis: (n, 4) world rotations, identity in the T-pose.
    """
    forward = quat_rotate(pelvis, np.array([0.0, -1.0, 0.0]))
    known = np.linalg.norm(forward[:, :2], axis=1) > _LEVEL
    if not known.any():
        return np.zeros(len(pelvis))
    angles = np.unwrap(np.arctan2(forward[known, 0], -forward[known, 1]))
    frames = np.arange(len(pelvis))
    return np.asarray(np.interp(frames, frames[known], angles))


def root_motion(pelvis: Array, hips: Array, mode: RootMode) -> tuple[Array, Array] | None:
    """World rotations (n, 4) and positions (n, 3) of the root bone relative to rest; None where it stays at rest.

    Args:
        pelvis: (n, 4) as above. hips: (n, 3) world position of the pelvis from where it is at rest, meters.
    """
    path = hips * [1.0, 1.0, 0.0]
    if mode == "ROOT":
        return quat_from_rotvec(heading(pelvis)[:, None] * [0.0, 0.0, 1.0]), path
    if mode == "WORLD":
        return np.broadcast_to([1.0, 0.0, 0.0, 0.0], (len(path), 4)), path
    return None
