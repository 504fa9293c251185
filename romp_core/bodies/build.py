"""A person's build: a few sliders of the embedded body, from which its skeleton and its mesh follow."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from ..typing import Array
from .embedded import load_body, load_body_with_fingers

SLIDERS: Final = (
    ("Gender: female", "Gender: male"),
    ("", "Age: child"),
    ("Height: short", "Height: tall"),
    ("Weight: light", "Weight: heavy"),
    ("Proportions: uncommon", "Proportions: ideal"),
)
"""Shape keys at -1 and at +1 of each slider; a build is one value per slider, and none at all is the average build."""
GENDER, AGE, HEIGHT, WEIGHT, PROPORTIONS = range(len(SLIDERS))


def shape_keys(build: Array) -> dict[str, float]:
    """Values of the embedded body's shape keys, for `Body.shaped`; keys that add nothing are left out."""
    keys: dict[str, float] = {}
    for (low, high), value in zip(SLIDERS, build, strict=False):
        name = low if value < 0 else high
        if value and name:
            keys[name] = abs(float(value))
    return keys


def built_skeleton(build: Array, height_m: float) -> Array:
    """Joints of the T-pose (24, 3) float64 of a body of this build and height, pelvis at the origin, meters."""
    parts, body = _parts(), load_body()
    joints, height = body.joints.astype(np.float64), body.height_m
    for name, value in shape_keys(build).items():
        joint_deltas, height_delta = parts[name]
        joints, height = joints + value * joint_deltas, height + value * height_delta
    return np.asarray(joints * (height_m / height))


def built_fingers(build: Array, height_m: float) -> Array:
    """Finger joints and tips (40, 3) float64 at rest of a body of this build and height, from their wrist, meters."""
    body = load_body_with_fingers()
    assert body.finger_points is not None
    keys = {key.name: key for key in body.shape_keys}
    points, height = body.finger_points.astype(np.float64), body.height_m
    for name, value in shape_keys(build).items():
        key = keys[name]
        assert key.finger_deltas is not None
        points, height = points + value * key.finger_deltas, height + value * key.height_delta_m
    return np.asarray(points * (height_m / height))


@cache
def _parts() -> dict[str, tuple[Array, float]]:
    """What each shape key adds to joints and height."""
    return {key.name: (key.joint_deltas.astype(np.float64), key.height_delta_m) for key in load_body().shape_keys}
