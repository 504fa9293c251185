"""The moments of a motion to look at first."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.evaluate.weak_spots import weak_spots
from romp_core.geometry.skeleton import JOINT
from romp_core.take.take import Motion
from tests.core.synthetic import make_motion

FPS = 30.0


@pytest.fixture
def motion() -> Motion:
    """Five seconds; the left arm is not seen for 0.3 s at 1 s, nearly nothing at 3 s, and one frame flickers."""
    plain = make_motion(np.arange(150) / FPS, np.arange(150))
    confidence = np.full((150, 24), 0.95, np.float32)
    confidence[25:36, [JOINT["left_elbow"], JOINT["left_wrist"]]] = 0.0
    confidence[84:97] = 0.2
    confidence[92, JOINT["right_knee"]] = 0.1
    confidence[130, :] = 0.0
    return replace(plain, confidence=confidence)


def test_the_worst_moment_is_first_and_the_joints_least_known_are_named(motion: Motion) -> None:
    first, second, third, *others = weak_spots(motion, np.arange(150) / FPS)
    assert 84 <= first.row <= 96 and first.confidence == pytest.approx(0.2, abs=0.02)
    assert 126 <= second.row <= 134, "one frame counts as part of what is around it"
    assert 25 <= third.row <= 35 and set(third.joints[:2]) == {"left_elbow", "left_wrist"}
    assert third.confidence == pytest.approx(0.95 * 22 / 24, abs=0.01)
    assert all(spot.confidence >= third.confidence for spot in others)


def test_moments_are_a_second_apart_whatever_the_rate(motion: Motion) -> None:
    times = np.cumsum(np.tile([0.02, 0.05], 75))
    rows = [spot.row for spot in weak_spots(motion, times, most=4)]
    assert len(rows) == 4 and np.diff(np.sort(times[rows])).min() >= 1.0
    assert len(weak_spots(motion, times, most=100)) <= times[-1] + 1


def test_takes_of_older_versions_say_nothing(motion: Motion) -> None:
    old = replace(motion, confidence=np.zeros((0, 24), np.float32))
    assert weak_spots(old, np.arange(150) / FPS) == []


def test_one_frame_is_a_moment(motion: Motion) -> None:
    one = replace(motion, confidence=motion.confidence[:1])
    (spot,) = weak_spots(one, np.array([2.0]))
    assert spot.row == 0 and spot.confidence == pytest.approx(0.95)


def test_hands_and_face_count_where_they_are_in_view(motion: Motion) -> None:
    hands, face = np.full((150, 2), 0.9, np.float32), np.full(150, 0.9, np.float32)
    hands[:80, 1] = 0.0  # relaxed, out of view: no reason to look
    hands[50:60, 0], face[110:120] = 0.05, 0.1
    fingers = np.tile(np.array([1, 0, 0, 0], np.float32), (150, 30, 1))
    captured = replace(
        motion, fingers=fingers, rest_fingers=np.zeros((40, 3), np.float32), hand_confidence=hands,
        face=np.zeros((150, 52), np.float32), face_confidence=face,
        confidence=np.full((150, 24), 0.95, np.float32),
    )  # fmt: skip
    first, second, *_ = weak_spots(captured, np.arange(150) / FPS)
    assert 48 <= first.row <= 62 and first.joints[0] == "left_fingers"
    assert 108 <= second.row <= 122 and second.joints[0] == "face"
    assert "right_fingers" not in first.joints
