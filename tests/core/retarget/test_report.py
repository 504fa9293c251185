"""The report says what is wrong with a result."""

import numpy as np
import pytest

from romp_core.geometry.rotations import quat_from_rotvec, quat_rotate
from romp_core.retarget.report import measure
from tests.core.retarget.walkers import FPS, OWN, character, walk


def test_an_exact_result_has_no_error() -> None:
    target = character()
    result = target.retarget(walk(), FPS)
    report = measure(walk(), result, OWN, result.pose.heads)
    assert report.max_deg < 0.01 and report.joint_max_mm < 0.1
    assert report.scale == pytest.approx(1.0)
    assert report.slide_mm == report.slide_before_mm < 1.5


def test_a_wrong_bone_is_named_with_its_worst_frame() -> None:
    target = character()
    result = target.retarget(walk(), FPS)
    heads = dict(result.pose.heads)
    bent = quat_from_rotvec(np.radians([[10.0 if frame == 33 else 2.0, 0, 0] for frame in range(len(walk()))]))
    heads["left_wrist"] = heads["left_elbow"] + quat_rotate(bent, heads["left_wrist"] - heads["left_elbow"])
    report = measure(walk(), result, OWN, heads)
    assert max(report.bones, key=lambda joint: report.bones[joint].max_deg) == "left_elbow"
    assert report.bones["left_elbow"].worst == 33 == report.worst[0]
    assert 5 < report.max_deg < 10.1


def test_planting_shows_in_the_slide() -> None:
    target = character(legs=0.75)
    result = target.retarget(walk(), FPS)
    report = measure(walk(), result, OWN, result.pose.heads)
    assert report.slide_before_mm > 2 * report.slide_mm
    assert report.slide_mm < 3
    assert report.lowest_sole_mm > -5
