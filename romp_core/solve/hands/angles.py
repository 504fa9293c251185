"""The 21 angles of a hand: which joints turn about which axes, how far they can, and how they lie at ease.

Four fingers with flexion and spread at the knuckle and flexion at the two joints after it; a thumb with flexion,
abduction and twist at its root, and flexion at the two joints after it. Radians.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ...geometry.fingers import FINGER_NAMES
from ...typing import Array

_FINGER = ("spread", "mcp", "pip", "dip")
_THUMB = ("cmc_abduction", "cmc", "cmc_twist", "thumb_mcp", "thumb_ip")
_LATER_JOINTS = {"pip": 1, "dip": 2, "thumb_mcp": 1, "thumb_ip": 2}
# Lowest, highest, relaxed, standard deviation; degrees.
_RANGES = {
    "mcp": (-25, 95, 20, 55),
    "spread": (-22, 22, 0, 13),
    "pip": (-3, 112, 25, 63),
    "dip": (-8, 85, 12, 47),
    "cmc": (-35, 50, 8, 40),
    "cmc_abduction": (-35, 40, 5, 32),
    "cmc_twist": (-25, 25, 0, 13),
    "thumb_mcp": (-20, 65, 12, 40),
    "thumb_ip": (-20, 85, 15, 47),
}
ANGLES: Final = tuple(
    (finger, kind) for finger in range(5) for kind in (_THUMB if FINGER_NAMES[finger] == "thumb" else _FINGER)
)
"""Finger and kind of each angle, in the order in which the rotations of a joint are applied."""

N_ANGLES: Final = len(ANGLES)
JOINT_OF: Final = np.array([_LATER_JOINTS.get(kind, 0) for _, kind in ANGLES])
FINGER_OF: Final = np.array([finger for finger, _ in ANGLES])
LOWEST, HIGHEST, RELAXED, DEVIATION = np.radians(np.array([_RANGES[kind] for _, kind in ANGLES], float)).T
DIP: Final = np.array([index for index, (_, kind) in enumerate(ANGLES) if kind == "dip"])
"""The last joints of the four fingers; the angle before each is that of the joint before it, which it follows."""

DIP_SHARE: Final = 0.6
DIP_DEVIATION: Final = float(np.radians(14.0))
SOFTNESS: Final = float(np.radians(3.0))
"""How far a joint may be bent past its limits."""


def axes(directions: Array, thumb_axis: Array, outwards: int) -> Array:
    """Axis of each angle (21, 3) in the rest pose.

    Args:
        directions: (5, 3) of the straight fingers. thumb_axis: (3,) of the left thumb. outwards: 1 left, -1 right.
    """
    thumb = thumb_axis if outwards > 0 else thumb_axis * [1.0, -1.0, -1.0]
    found = []
    for finger, kind in ANGLES:
        if kind == "spread":
            found.append(np.array([0.0, -outwards, 0.0]))
        elif kind == "cmc_abduction":
            found.append(np.array([0.0, 0.0, -outwards]))
        elif kind == "cmc_twist":
            found.append(directions[finger])
        elif FINGER_NAMES[finger] == "thumb":
            found.append(thumb)
        else:
            found.append(np.cross(directions[finger], [0.0, -1.0, 0.0]))
    return np.array(found)
