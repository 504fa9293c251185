"""How bodies show which way is up in camera space: people stand about straight, and balance over their feet.

Bodies lean, and so does the network's idea of them; but who stands or walks keeps, on average, the center of mass over
the feet.
"""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import normalize
from ...geometry.skeleton import JOINT
from ...typing import Array

_SIDES = ("left", "right")
_ANKLES, _BALLS = ([JOINT[f"{side}_{name}"] for side in _SIDES] for name in ("ankle", "foot"))
_NECK = JOINT["neck"]
_SEGMENTS = (
    ("pelvis", "spine3", 0.5, 0.43), ("neck", "head", 1.0, 0.08),
    *((f"{side}_{start}", f"{side}_{end}", along, mass) for side in _SIDES for start, end, along, mass in (
        ("hip", "knee", 0.43, 0.140), ("knee", "ankle", 0.43, 0.043), ("ankle", "foot", 0.5, 0.014),
        ("shoulder", "elbow", 0.5, 0.027), ("elbow", "wrist", 0.65, 0.022))),
)  # fmt: skip
"""Parts of the body: between which joints, how far along its center of mass lies, its share of the mass (rounded from
de Leva 1996, table 4)."""
_SOLE = 0.6
"""Middle of the sole on the way from the ankle to the ball of the foot."""

_STRETCHED = (0.80, 0.95)
"""Share of the standing height from ankles to neck below which a frame says nothing about up, above which it does."""
_TILTED = np.cos(np.radians(50.0))
"""Cosine of the largest angle to the image's up direction at which a body is taken to stand in front of a tilted
camera; beyond it, it lies in front of a level one, unless it walks."""
_TRAVELED, _SAME_WAY, _MOST = 0.6, np.cos(np.radians(30.0)), 0.7
"""Way across the body axis, in heights of the body, and the share of the time in which that axis is about the same,
from which a person walks."""
_FASTEST = 2.5
"""Mean speed, m/s, above which no pose walks: where hardly anything of a body is seen, poses jump about."""


def body_axis(joints: Array, rest_joints: Array) -> tuple[Array, Array]:
    """Direction from the ankles to the neck (m, 3), and how much each frame shows a whole standing height (m,).

    joints: (m, 24, 3) camera space; rest_joints: (24, 3).
    """
    axis = joints[:, _NECK] - joints[:, _ANKLES].mean(axis=1)
    standing = rest_joints[_NECK, 1] - rest_joints[_ANKLES, 1].mean()
    low, high = _STRETCHED
    stretched = np.linalg.norm(axis, axis=1) / standing
    return normalize(axis), np.clip((stretched - low) / (high - low), 1e-3, 1)


def walks(roots: Array, times: Array, axes: Array, weights: Array, rest_joints: Array) -> bool:
    """True when a person travels across the own body axis, as who walks does: nobody does so lying.

    Args:
        roots: (m, 3) pelvis in the space of a camera that does not move; times: (m,) seconds.
        axes, weights: (m, 3), (m,) of `body_axis`.
    """
    if len(axes) < 2:
        return False
    speeds = np.linalg.norm(np.diff(roots, axis=0), axis=1) / np.diff(times)
    if speeds.mean() > _FASTEST:
        return False
    axis = _median_direction(axes, weights)
    if weights @ (axes @ axis > _SAME_WAY) < _MOST * weights.sum():
        return False
    across: Array = roots - (roots @ axis)[:, None] * axis
    way = np.linalg.norm(np.ptp(np.percentile(across, [5, 95], axis=0), axis=0))
    return bool(way > _TRAVELED * np.ptp(rest_joints[:, 1]))


def standing_direction(axes: Array, weights: Array, walking: Array | None = None) -> Array | None:
    """The way most bodies of `body_axis` stand, (3,); None when all lie.

    The bound is set against the image's up direction first and then against what was found, lest it cut one side off.

    Args:
        walking: (m,) bool, the frames of people of `walks`. Where hardly any of these is near the image's up direction,
            the camera looks down from high above or lies on its side.
    """
    up = np.array([0.0, -1.0, 0.0])
    if walking is not None and walking.any():
        straight = weights[walking] @ (axes[walking] @ up > _TILTED)
        if straight < (1 - _MOST) * weights[walking].sum():
            up = _median_direction(axes[walking], weights[walking])
    for _ in range(3):
        near = axes @ up > _TILTED
        if not near.any():
            return None
        up = _median_direction(axes[near], weights[near])
    return up


def _median_direction(directions: Array, weights: Array) -> Array:
    """Geometric median (Weiszfeld) of unit vectors (m, 3)."""
    middle = normalize((directions * weights[:, None]).sum(axis=0))
    for _ in range(20):
        pull = weights / np.maximum(np.linalg.norm(directions - middle, axis=1), 1e-4)
        middle = normalize((directions * pull[:, None]).sum(axis=0))
    return np.asarray(middle)


def center_of_mass(joints: Array) -> Array:
    """Center of mass (m, 3) of bodies (m, 24, 3)."""
    total = sum(
        mass * (joints[:, JOINT[start]] * (1 - along) + joints[:, JOINT[end]] * along)
        for start, end, along, mass in _SEGMENTS
    )
    return np.asarray(total / sum(mass for *_, mass in _SEGMENTS))


def balance(joints: Array, contacts: Array, rest_joints: Array, straight: Array) -> tuple[Array | None, float]:
    """Mean direction (3,) from the standing feet to the center of mass, and the share of the frames that show it.

    Args:
        joints: (m, 24, 3) camera space; contacts: (m, 2) bool, which feet stand; straight: (3,) see
            `standing_direction`.

    Returns:
        None and 0 where nobody stands upright.
    """
    body, weight = body_axis(joints, rest_joints)
    weight = weight * (body @ straight > _TILTED) * contacts.any(axis=1)
    if not weight.any():
        return None, 0.0
    soles = joints[:, _ANKLES] * (1 - _SOLE) + joints[:, _BALLS] * _SOLE
    standing = contacts[..., None] / np.maximum(contacts.sum(axis=1), 1)[:, None, None]
    axis = normalize(center_of_mass(joints) - (soles * standing).sum(axis=1))
    return normalize((axis * weight[:, None]).sum(axis=0)), float(weight.mean())
