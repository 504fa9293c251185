"""Keep punches as fast as they are: where an arm strikes, smoothing gives way to what was measured."""

from __future__ import annotations

import numpy as np

from ..geometry.rotations import normalize, side_of
from ..geometry.skeleton import JOINT, forward_kinematics
from ..typing import Array
from .filters import gaussian, running_maximum

_SLOW, _FAST = 1.5, 2.3
"""Speeds of a wrist against its shoulder, m/s, from which on and at which the arm strikes: a walk swings it slower."""
_AROUND_S, _EASE_S = 0.07, 0.03
"""Time before and after that belongs to the strike; and over which it begins and ends."""


def keep_impacts(calm: Array, sharp: Array, rest_joints: Array, interval: float) -> Array:
    """Rotations (T, 24, 4) float32: the calm ones, and where an arm strikes, the sharp ones of that arm.

    Args:
        calm, sharp: (T, 24, 4) local, of one motion, at even intervals of `interval` seconds. rest_joints: (24, 3).
    """
    if len(calm) < 3:
        return calm
    joints, _ = forward_kinematics(calm, np.zeros(3), rest_joints)
    result = np.array(calm)
    for side in ("left", "right"):
        arm = [JOINT[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist")]
        speed = np.linalg.norm(np.gradient(joints[:, arm[2]] - joints[:, arm[0]], interval, axis=0), axis=-1)
        share = np.clip((speed - _SLOW) / (_FAST - _SLOW), 0, 1)
        if not share.any():
            continue
        reach = max(round(_AROUND_S / interval), 1)
        share = gaussian(running_maximum(share, reach), _EASE_S / interval)[:, None, None].astype(np.float32)
        own = calm[:, arm]
        result[:, arm] = normalize(own + share * (sharp[:, arm] * side_of(sharp[:, arm], own) - own))
    return result
