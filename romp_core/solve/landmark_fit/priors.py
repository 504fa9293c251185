"""Priors of the fit: ranges of the joints, and how fast they accelerate.

Angles in degrees, one row per group of `chain.GROUPS`, in the axes of the rest pose (x left, y up, z front).
"""

from __future__ import annotations

import numpy as np

_RANGES = {
    "pelvis": (np.inf, np.inf, np.inf), "spine1": (9, 9, 9), "neck": (16, 16, 16),
    "collar": (8, 8, 8), "shoulder": (45, 70, 70), "elbow": (45, 100, 6), "wrist": (30, 20, 35),
    "hip": (45, 14, 7), "knee": (80, 6, 6), "ankle": (22, 13, 10),
}  # fmt: skip
_PAIRS = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_ORDER = ("pelvis", "spine1", "neck", *(name for name in _PAIRS for _ in "lr"))

RANGE = np.radians(np.array([_RANGES[name] for name in _ORDER], dtype=np.float64))
"""(G, 3) standard deviation of each group's rotation vector."""

_CAUCHY = {"hip": (np.inf, 2.0, 1.2)}
CAUCHY_RANGE = np.array([_CAUCHY.get(name, (np.inf,) * 3) for name in _ORDER], dtype=np.float64)
"""(G, 3) standard deviations beyond which the pull gives way: legs seldom part or twist, but who straddles does."""

REST = np.zeros((len(_ORDER), 3))
"""(G, 3) rotation vector at ease: standing, arms hanging."""
REST[5, 2], REST[6, 2] = np.radians(-65.0), np.radians(65.0)

_HINGES = ((13, 0, -2.0, 150.0), (14, 0, -2.0, 150.0), (7, 1, -150.0, 3.0), (8, 1, -3.0, 150.0))
HINGE_AXES = tuple(np.array([hinge[:2] for hinge in _HINGES]).T)
"""Groups and axes of the rotation vectors of knees and elbows."""
HINGE_LIMITS = np.radians([hinge[2:] for hinge in _HINGES]).T
"""(2, 4) least and most of these angles."""
HINGE_SOFTNESS = np.radians(4.0)

_ACCELERATIONS = {
    "pelvis": 12, "spine1": 6, "neck": 15, "collar": 8, "shoulder": 30, "elbow": 30, "wrist": 15,
    "hip": 25, "knee": 35, "ankle": 25,
}  # fmt: skip
TURN_ACCELERATION = np.array([_ACCELERATIONS[name] for name in _ORDER], dtype=np.float64)
"""(G,) standard deviation of the angular acceleration, rad/s^2, at 30 samples a second."""

ROOT_ACCELERATION = np.array([4.0, 4.0, 3.0])
"""(3,) of the root's, m/s^2; along the view it is kept calmer because depth is mostly noise."""

_MOTION = (900 / np.concatenate([np.repeat(TURN_ACCELERATION, 3), ROOT_ACCELERATION])) ** 2
_ROOT = np.repeat([0.0, 1.0], [len(_MOTION) - 3, 3])

DAMPING = 0.0036 * _MOTION * (1 - 0.35 * _ROOT)
"""(N,) stiffness that limits each iteration (Levenberg 1944): parameters that the measurements hardly determine change
slowly, and stay near the initial pose."""

HOLD = 0.004 * _MOTION * (1 + 9 * _ROOT)
"""(N,) stiffness that holds single samples near a motion: weak enough for what the image shows sharply, strong enough
for depth and twist, and strongest for the root."""
