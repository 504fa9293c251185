"""Feet on the floor while nobody knows what comes next: also when someone seems to leap away and back."""

from __future__ import annotations

import numpy as np
import pytest

from romp_core.bodies.build import SLIDERS, built_skeleton
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.solve.causal.floor_hold import FloorHold
from romp_core.solve.contacts.soles import sole_heights

REST = built_skeleton(np.zeros(len(SLIDERS), np.float32), 1.7)
STANDING = forward_kinematics(np.tile([1.0, 0, 0, 0], (24, 1)), np.zeros(3), REST)[0] @ np.array(
    [[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]
)  # z up


def held(heights: np.ndarray) -> np.ndarray:
    """Heights of the lowest sole of somebody at 30 frames per second, before -> after."""
    hold = FloorHold()
    above = float(sole_heights(STANDING[None], REST).min())
    after = []
    for height in heights:
        joints = STANDING + np.array([0, 0, height - above])
        joints = joints + np.array([0, 0, hold.offset(joints, REST, 1 / 30)])
        after.append(float(sole_heights(joints[None], REST).min()))
    return np.array(after)


def test_somebody_standing_stands_on_the_floor():
    assert held(np.full(30, 0.3)) == pytest.approx(0, abs=1e-6)


def test_a_jump_is_kept():
    leap = np.concatenate([np.zeros(10), 0.4 * np.sin(np.linspace(0, np.pi, 15)), np.zeros(10)])
    assert held(leap).max() > 0.25


@pytest.mark.parametrize("leap", [-3.0, 3.0])
def test_who_leaps_away_and_back_never_sinks_into_the_floor_nor_flies(leap):
    away_and_back = np.repeat([0.0, leap, 0.0, leap], 6)
    after = held(away_and_back)
    assert after.min() >= -0.0501
    assert after.max() <= 1.0001
