"""Smoothing part by part, and punches that stay fast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from romp_core.bodies.build import SLIDERS, built_skeleton
from romp_core.geometry.rotations import quat_from_rotvec
from romp_core.geometry.skeleton import JOINT, forward_kinematics
from romp_core.solve import solve
from romp_core.solve.impacts import keep_impacts
from romp_core.take.take import Take
from tests.core.filmed import Film, noisy

REST = built_skeleton(np.zeros(len(SLIDERS), np.float32), 1.75)
INTERVAL = 1 / 30
ARM = [JOINT[f"left_{name}"] for name in ("shoulder", "elbow", "wrist")]


def punching(width_s: float) -> np.ndarray:
    """Rotations (60, 24, 4) of a left arm that shoots up by 80 degrees, and comes back, `width_s` seconds each way."""
    time = (np.arange(60) - 30) * INTERVAL
    vectors = np.zeros((60, 24, 3))
    vectors[:, ARM[0], 1] = -np.radians(80) * np.exp(-0.5 * (time / width_s) ** 2)
    return quat_from_rotvec(vectors).astype(np.float32)


def wrist_speed(rotations: np.ndarray) -> np.ndarray:
    joints, _ = forward_kinematics(rotations, np.zeros(3), REST)
    return np.linalg.norm(np.gradient(joints[:, ARM[2]], INTERVAL, axis=0), axis=-1)


def test_a_punch_keeps_its_speed_where_smoothing_would_take_a_quarter():
    sharp, calm = punching(0.05), punching(0.08)
    assert wrist_speed(calm).max() < 0.75 * wrist_speed(sharp).max()
    kept = keep_impacts(calm, sharp, REST, INTERVAL)
    assert wrist_speed(kept).max() > 0.9 * wrist_speed(sharp).max()


def test_what_is_slow_stays_calm():
    rng = np.random.default_rng(0)
    trembling = quat_from_rotvec(rng.normal(0, np.radians(3), (60, 24, 3))).astype(np.float32)
    calm = np.tile(np.float32([1, 0, 0, 0]), (60, 24, 1))
    np.testing.assert_array_equal(keep_impacts(calm, trembling, REST, INTERVAL), calm)


def test_only_the_arm_that_strikes_is_sharp():
    sharp, calm = punching(0.05), punching(0.08)
    sharp[:, [JOINT["right_elbow"], JOINT["left_knee"]]] = quat_from_rotvec(np.array([0.3, 0, 0])).astype(np.float32)
    kept = keep_impacts(calm, sharp, REST, INTERVAL)
    others = [joint for joint in range(24) if joint not in ARM]
    np.testing.assert_array_equal(kept[:, others], calm[:, others])


def shaking(motion, joints) -> float:
    """Mean third difference of the turns of some joints, degrees."""
    return float(np.degrees(2 * np.abs(np.diff(motion.rotations[:, joints], n=3, axis=0)).mean()))


PARTS = {
    "smooth_arms": [JOINT["left_elbow"], JOINT["right_elbow"]],
    "smooth_legs": [JOINT["left_knee"], JOINT["right_knee"]],
    "smooth_head": [JOINT["neck"]],
    "smooth_spine": [JOINT["spine1"], JOINT["spine2"]],
}


@pytest.fixture(scope="module")
def takes() -> dict[str, Take]:
    """A noisy take, solved with one part left as raw as can be, or with none."""
    take = Film().take(noisy(Film().observations, 3.0, 0.02))
    fixed = {"contacts": False, "above_floor": False, "keep_impacts": False}
    names = ["", *PARTS, "smooth_height", "smooth_path"]
    return {
        name: solve(replace(take, solve=take.solve.changed(**fixed, **({name: 0.0} if name else {})))) for name in names
    }


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_smoothed_by_itself(takes, name):
    even, raw = takes[""].people[0].motion, takes[name].people[0].motion
    assert shaking(raw, PARTS[name]) > 1.3 * shaking(even, PARTS[name])
    for other, joints in PARTS.items():
        if other != name:
            assert shaking(raw, joints) == pytest.approx(shaking(even, joints), rel=1e-3)


@pytest.mark.parametrize(("name", "raw", "calm"), [("smooth_height", [2], [0, 1]), ("smooth_path", [0, 1], [2])])
def test_hips_are_smoothed_over_the_floor_and_up_and_down_apart(takes, name, raw, calm):
    difference = takes[name].people[0].motion.root - takes[""].people[0].motion.root
    difference = difference - difference.mean(axis=0)
    assert np.abs(difference[:, raw]).max() > 2 * np.abs(difference[:, calm]).max()
