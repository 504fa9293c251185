"""Nothing of anybody is below the floor: not toes, not knees, not hands, not the back; and the rest stays as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from romp_core.bodies.build import SLIDERS, built_skeleton, shape_keys
from romp_core.bodies.embedded import load_body
from romp_core.geometry.rotations import quat_from_rotvec, quat_multiply
from romp_core.geometry.skeleton import JOINT
from romp_core.solve.contacts.above_floor import above_floor, floor_levels
from romp_core.solve.contacts.legs import BALLS, foot_rotations, leg_tracks, reach
from romp_core.solve.contacts.soles import sole_clearance
from romp_core.take.take import FootageInfo, Motion

FRAMES = 40
FOOTAGE = FootageInfo("", 640, 480, 30.0, np.arange(FRAMES) / 30, np.arange(FRAMES, dtype=np.int32))
BUILD = np.zeros(len(SLIDERS), np.float32)
REST = built_skeleton(BUILD, 1.75)
SIDES = ("left", "right")
UPRIGHT = quat_from_rotvec(np.array([np.pi / 2, 0.0, 0.0]))


def moving(turns: dict[str, tuple[float, float, float]], lean: float = 0.0, sink: float = 0.0, roll: float = 0.0):
    """Somebody who goes from the T-pose into a pose, the lowest skin `sink` meters below the floor."""
    share = np.clip(np.linspace(-0.3, 1.3, FRAMES), 0, 1)[:, None]
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (FRAMES, 24, 1))
    for name, degrees in turns.items():
        rotations[:, JOINT[name]] = quat_from_rotvec(share * np.radians(degrees))
    tilt = quat_multiply(UPRIGHT, quat_from_rotvec(share * np.radians([lean, 0.0, 0.0])))
    rotations[:, 0] = quat_multiply(tilt, quat_from_rotvec(share * np.radians([0.0, roll, 0.0])))
    motion = Motion(
        np.arange(FRAMES),
        np.ones(FRAMES, bool),
        rotations.astype(np.float32),
        np.zeros((FRAMES, 3), np.float32),
        REST,
        np.zeros((FRAMES, 2), bool),
        BUILD,
    )
    root = np.zeros((FRAMES, 3), np.float32)
    root[:, 2] = -lowest(motion) - sink * share[:, 0]
    return replace(motion, root=root)


def lowest(motion: Motion) -> np.ndarray:
    """Height (m,) of the lowest vertex of the skin."""
    body = load_body().shaped(shape_keys(motion.build)).sized(motion.rest_joints).fitted(motion.rest_joints)
    return np.array([body.posed(*pose)[:, 2].min() for pose in zip(motion.rotations, motion.root, strict=True)])


def above(motion: Motion) -> Motion:
    return above_floor(motion, FOOTAGE, lambda: None)


POSES = {
    "tiptoe": moving({"left_ankle": (40, 0, 0), "right_ankle": (40, 0, 0)}, sink=0.05),
    "heels": moving({"left_ankle": (-25, 0, 0), "right_ankle": (-25, 0, 0)}, sink=0.04),
    "step": moving({"left_hip": (25, 0, 0), "right_hip": (-25, 0, 0), "left_ankle": (15, 0, 0)}, sink=0.06),
    "lying on the back": moving({"left_knee": (30, 0, 0)}, lean=-90, sink=0.15),
    "lying on the front": moving({"right_shoulder": (40, 0, 0)}, lean=90, sink=0.1),
    "lying on the side": moving(
        {"left_shoulder": (0, 0, -70), "right_shoulder": (0, 0, 70)}, lean=-90, roll=80, sink=0.06
    ),
    "hands": moving({"left_shoulder": (0, 0, -80), "right_shoulder": (0, 0, 80)}, lean=85, sink=0.08),
    "kneeling": moving({"left_knee": (95, 0, 0), "right_knee": (95, 0, 0)}, sink=0.08),
}


@pytest.mark.parametrize("name", POSES)
def test_nothing_is_below_the_floor(name):
    motion = POSES[name]
    assert lowest(motion).min() < -0.03
    assert lowest(above(motion)).min() > -0.012


@pytest.mark.parametrize("name", POSES)
def test_nobody_flies_who_was_below_it(name):
    assert lowest(above(POSES[name]))[-1] < 0.03


@pytest.mark.parametrize("name", POSES)
def test_no_joint_leaps(name):
    before, after = POSES[name].joints(), above(POSES[name]).joints()
    change = np.linalg.norm(np.diff(after - before, axis=0), axis=-1).max(axis=1)
    moves = np.linalg.norm(np.diff(before, axis=0), axis=-1).max(axis=1)
    assert (change < 0.03 + moves).all(), "meters from one frame to the next"


def test_what_is_above_the_floor_stays_as_it_is():
    motion = replace(POSES["step"], root=POSES["step"].root + np.float32([0, 0, 0.2]))
    raised = above(motion)
    np.testing.assert_allclose(raised.joints(), motion.joints(), atol=2e-4)


def test_a_foot_that_stands_stays_where_it_stands():
    motion = POSES["tiptoe"]
    root = motion.root.copy()
    root[:, 2] += sole_clearance(REST)[2] - leg_tracks(motion, lambda: None).balls[:, 0, 2]
    motion = replace(motion, root=root, contacts=np.ones((FRAMES, 2), bool))
    held = above(motion)
    moved = (leg_tracks(held, lambda: None).balls - leg_tracks(motion, lambda: None).balls)[..., :2]
    assert np.abs(moved).max() < 0.002
    assert (held.rotations[-1, BALLS] != motion.rotations[-1, BALLS]).any(), "the toes bend"


def test_a_foot_that_stands_stays_while_the_knee_is_raised():
    """Sitting down on one's heels, the toes on the floor, knees below it: the body gives way, not the feet."""
    turns = {f"{side}_{name}": (x, 0, 0) for side in SIDES for name, x in (("hip", -50), ("knee", 135), ("ankle", -30))}
    sits = moving(turns)
    rotations, root = np.repeat(sits.rotations[-1:], FRAMES, axis=0), np.repeat(sits.root[-1:], FRAMES, axis=0)
    balls = leg_tracks(sits, lambda: None).balls[-1:].repeat(FRAMES, axis=0)
    root[:, 2] -= np.linspace(0.2, 0.32, FRAMES)
    rotations = reach(rotations, root, REST, balls, foot_rotations(rotations))
    motion = replace(sits, rotations=rotations, root=root, contacts=np.ones((FRAMES, 2), bool))
    assert lowest(motion).min() < -0.03
    raised = above(motion)
    assert np.abs(np.diff(leg_tracks(raised, lambda: None).balls[..., :2], axis=0)).max() < 1e-4
    assert lowest(raised).min() > -0.012


def test_lower_ground_that_somebody_steps_onto_is_floor_there():
    standing = replace(moving({}), contacts=np.ones((FRAMES, 2), bool))
    down = np.where(np.arange(FRAMES) < 20, 0.0, -0.4).astype(np.float32)
    root = standing.root.copy()
    root[:, 2] += down
    contacts = standing.contacts.copy()
    contacts[18:22] = False
    motion = replace(standing, root=root, contacts=contacts)
    levels = floor_levels(motion, leg_tracks(motion, lambda: None))
    assert levels[:18] == pytest.approx(0.0) and levels[22:] == pytest.approx(-0.4, abs=0.01)
    np.testing.assert_allclose(above(motion).root[25:, 2], root[25:, 2], atol=1e-4)
