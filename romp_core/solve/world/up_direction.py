"""Which way is up in camera space: people stand about straight, balance over their feet and step on one floor.

Bodies lean, and so does the network's idea of them; but who stands or walks keeps, on average, the center of mass over
the feet, and where somebody moves about, the footholds show the floor itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...geometry.rotations import normalize
from ...geometry.skeleton import JOINT
from ...typing import Array
from ..landmark_fit.markers import skeleton_size

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
camera; beyond it, it lies in front of a level one."""

_STRAIGHT, _BALANCED, _SWAY, _ROLL = np.radians([6.0, 2.5, 8.0, 2.0])
"""Standard deviations: of the line from ankles to neck, over the clip; of the line from the feet to the center of mass,
over a long clip and within one step; of a camera's roll."""
_STEP_S = 0.5
_DUTCH = np.radians(12.0)
"""Roll by which a camera seems to be tilted on purpose."""
_UNEVEN, _DEPTH = 0.025, 0.03
"""Standard deviations of a foothold: of its height, in lengths from ankles to head; of its distance, as a share."""


@dataclass(frozen=True)
class Stance:
    """What one person shows of the vertical, in camera space.

    Attributes:
        joints: (m, 24, 3) some of the frames; contacts: (m, 2) bool, which feet stand there.
        seconds: how long the person is seen; holds: (k, 3) where a foot stood for a while; rest_joints: (24, 3).
    """

    joints: Array
    contacts: Array
    seconds: float
    holds: Array
    rest_joints: Array


def body_axis(joints: Array, rest_joints: Array) -> tuple[Array, Array]:
    """Direction from the ankles to the neck (m, 3), and how much each frame shows a whole standing height (m,).

    joints: (m, 24, 3) camera space; rest_joints: (24, 3).
    """
    axis = joints[:, _NECK] - joints[:, _ANKLES].mean(axis=1)
    standing = rest_joints[_NECK, 1] - rest_joints[_ANKLES, 1].mean()
    low, high = _STRETCHED
    stretched = np.linalg.norm(axis, axis=1) / standing
    return normalize(axis), np.clip((stretched - low) / (high - low), 1e-3, 1)


def standing_direction(axes: Array, weights: Array) -> Array | None:
    """The way most bodies of `body_axis` stand, (3,); None when all lie.

    The bound is set against the image's up direction first and then against what was found, lest it cut one side off.
    """
    up = np.array([0.0, -1.0, 0.0])
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


def likeliest_up(straight: Array, stances: Sequence[Stance]) -> Array:
    """Up (3,) by all evidence: linear least squares over the direction.

    Args:
        straight: (3,) the way people stand, see `standing_direction`.
    """
    normal, right = np.eye(3) / _STRAIGHT**2, straight / _STRAIGHT**2
    roll = np.arctan2(straight[0], -straight[1])
    normal[0, 0] += 1 / _ROLL**2 / (1 + (roll / _DUTCH) ** 4)
    for stance in stances:
        axis, certainty = _balance(stance, straight)
        normal += certainty * np.eye(3)
        right += certainty * axis
        if len(stance.holds):
            normal += _floor(stance, straight)
    return normalize(np.linalg.solve(normal, right))


def _balance(stance: Stance, straight: Array) -> tuple[Array, float]:
    """Mean direction (3,) from the standing feet to the center of mass, and its inverse variance."""
    body, weight = body_axis(stance.joints, stance.rest_joints)
    weight = weight * (body @ straight > _TILTED) * stance.contacts.any(axis=1)
    if not weight.any():
        return np.zeros(3), 0.0
    soles = stance.joints[:, _ANKLES] * (1 - _SOLE) + stance.joints[:, _BALLS] * _SOLE
    standing = stance.contacts[..., None] / np.maximum(stance.contacts.sum(axis=1), 1)[:, None, None]
    axis = normalize(center_of_mass(stance.joints) - (soles * standing).sum(axis=1))
    steps = 1 + weight.mean() * stance.seconds / _STEP_S
    return normalize((axis * weight[:, None]).sum(axis=0)), float(1 / (_BALANCED**2 + _SWAY**2 / steps))


def _floor(stance: Stance, straight: Array) -> Array:
    """Inverse variance (3, 3) of the footholds' heights above their own mean."""
    error = np.hypot(_UNEVEN * skeleton_size(stance.rest_joints), _DEPTH * (stance.holds @ straight))
    weight = error[:, None] ** -2
    apart = stance.holds - (stance.holds * weight).sum(axis=0) / weight.sum()
    return np.asarray((apart * weight).T @ apart)
