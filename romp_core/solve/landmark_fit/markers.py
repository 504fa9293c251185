"""BlazePose's landmarks as markers on the skeleton: the joint that carries each, and its weight in the fit.

A landmark is a *marker*: a constant point in the frame of one joint. The offsets live in `markers.json`, in lengths
from ankles to head, as calibrated by `benchmarks/calibrate_markers.py` on people built as the embedded body.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from ...bodies.embedded import load_body
from ...geometry.skeleton import JOINT
from ...typing import Array

NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR = 0, 2, 5, 7, 8
LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_ELBOW, RIGHT_ELBOW, LEFT_WRIST, RIGHT_WRIST = range(11, 17)
LEFT_PINKY, RIGHT_PINKY, LEFT_INDEX, RIGHT_INDEX = range(17, 21)
LEFT_HIP, RIGHT_HIP, LEFT_KNEE, RIGHT_KNEE, LEFT_ANKLE, RIGHT_ANKLE = range(23, 29)
LEFT_HEEL, RIGHT_HEEL, LEFT_TOE, RIGHT_TOE = range(29, 33)

USED = (0, 2, 5, 7, 8, *range(11, 21), *range(23, 33))
"""Landmarks that the fit uses: one of each eye's three, no mouth, no thumbs (they repeat their neighbors)."""

_CARRIERS = {
    NOSE: "head", LEFT_EYE: "head", RIGHT_EYE: "head", LEFT_EAR: "head", RIGHT_EAR: "head",
    LEFT_SHOULDER: "left_collar", RIGHT_SHOULDER: "right_collar",
    LEFT_ELBOW: "left_shoulder", RIGHT_ELBOW: "right_shoulder",
    LEFT_WRIST: "left_elbow", RIGHT_WRIST: "right_elbow",
    LEFT_PINKY: "left_wrist", RIGHT_PINKY: "right_wrist", LEFT_INDEX: "left_wrist", RIGHT_INDEX: "right_wrist",
    LEFT_HIP: "pelvis", RIGHT_HIP: "pelvis", LEFT_KNEE: "left_hip", RIGHT_KNEE: "right_hip",
    LEFT_ANKLE: "left_knee", RIGHT_ANKLE: "right_knee",
    LEFT_HEEL: "left_ankle", RIGHT_HEEL: "right_ankle", LEFT_TOE: "left_ankle", RIGHT_TOE: "right_ankle",
}  # fmt: skip
CARRIER = np.array([JOINT[_CARRIERS[k]] for k in USED])
"""Joint whose frame carries each used landmark; the landmark lies at the far end of that joint's bone."""

_ENDS = {
    LEFT_SHOULDER: "left_shoulder", RIGHT_SHOULDER: "right_shoulder",
    LEFT_ELBOW: "left_elbow", RIGHT_ELBOW: "right_elbow", LEFT_WRIST: "left_wrist", RIGHT_WRIST: "right_wrist",
    LEFT_PINKY: "left_hand", RIGHT_PINKY: "right_hand", LEFT_INDEX: "left_hand", RIGHT_INDEX: "right_hand",
    LEFT_HIP: "left_hip", RIGHT_HIP: "right_hip", LEFT_KNEE: "left_knee", RIGHT_KNEE: "right_knee",
    LEFT_ANKLE: "left_ankle", RIGHT_ANKLE: "right_ankle", LEFT_TOE: "left_foot", RIGHT_TOE: "right_foot",
}  # fmt: skip
END = np.array([JOINT[_ENDS[k]] if k in _ENDS else JOINT[_CARRIERS[k]] for k in USED])
"""Joint that each used landmark lies beside: it moves along when the bone of its carrier is longer."""

_WEIGHTS = {LEFT_EYE: 0.3, RIGHT_EYE: 0.3, NOSE: 0.7, LEFT_EAR: 0.7, RIGHT_EAR: 0.7}
_WEIGHTS |= dict.fromkeys((LEFT_PINKY, RIGHT_PINKY, LEFT_INDEX, RIGHT_INDEX), 0.35)
_WEIGHTS |= dict.fromkeys((LEFT_HEEL, RIGHT_HEEL, LEFT_TOE, RIGHT_TOE), 0.6)
WEIGHT = np.array([_WEIGHTS.get(k, 1.0) for k in USED])
"""Trust in each used landmark relative to a limb joint."""

_BONES = (
    (LEFT_HIP, LEFT_KNEE), (LEFT_KNEE, LEFT_ANKLE), (RIGHT_HIP, RIGHT_KNEE), (RIGHT_KNEE, RIGHT_ANKLE),
    (LEFT_SHOULDER, LEFT_ELBOW), (LEFT_ELBOW, LEFT_WRIST), (RIGHT_SHOULDER, RIGHT_ELBOW), (RIGHT_ELBOW, RIGHT_WRIST),
    (RIGHT_HIP, LEFT_HIP), (RIGHT_SHOULDER, LEFT_SHOULDER), (LEFT_HIP, LEFT_SHOULDER), (RIGHT_HIP, RIGHT_SHOULDER),
    (LEFT_HEEL, LEFT_TOE), (RIGHT_HEEL, RIGHT_TOE), (RIGHT_EAR, LEFT_EAR), (LEFT_EAR, NOSE), (RIGHT_EAR, NOSE),
    (LEFT_WRIST, LEFT_INDEX), (RIGHT_WRIST, RIGHT_INDEX), (LEFT_PINKY, LEFT_INDEX), (RIGHT_PINKY, RIGHT_INDEX),
)  # fmt: skip
BONES = np.array([[USED.index(a), USED.index(b)] for a, b in _BONES])
"""Pairs of used landmarks (index into USED) whose 3D direction is compared."""


@lru_cache(maxsize=1)
def _beside_joints() -> Array:
    """Offsets (len(USED), 3) from the joints that the landmarks lie beside, in lengths from ankles to head."""
    table = json.loads((Path(__file__).parent / "markers.json").read_text(encoding="utf-8"))
    calibrated = load_body().rest_joints(1.0)
    bones = (calibrated[END] - calibrated[CARRIER]) / skeleton_size(calibrated)
    return np.array(table["offsets"], dtype=np.float64)[list(USED)] - bones


def marker_offsets(rest_joints: Array) -> Array:
    """Offsets (len(USED), 3) of the used landmarks in their joints' frames, meters, for a rest skeleton (24, 3)."""
    rest = np.asarray(rest_joints, dtype=np.float64)
    return rest[END] - rest[CARRIER] + _beside_joints() * skeleton_size(rest)


def skeleton_size(rest_joints: Array) -> float:
    """Length by which marker offsets scale: ankles to head joint in the rest pose, meters."""
    height = np.asarray(rest_joints)[:, 1]
    return float(height[JOINT["head"]] - 0.5 * (height[JOINT["left_ankle"]] + height[JOINT["right_ankle"]]))
