"""Feet that pass behind something: the network invents them, and the rest of the body tells where they step."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.geometry.skeleton import JOINT
from romp_core.solve import solve
from romp_core.solve.landmark_fit.leg_doubt import leg_doubt
from romp_core.take.observations import Observations
from romp_core.take.take import joints_camera
from tests.core.filmed import Film

ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]
LOWER_LEGS = np.arange(25, 33)
HIDDEN = slice(10, 40)
"""The person walks, a step with each foot."""


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


@pytest.fixture(scope="module")
def behind_a_table(film) -> Observations:
    """Lower legs folded up below the hips, trembling, and half believed in."""
    rng = np.random.default_rng(3)
    seen = film.observations
    pixels, visibility = seen.keypoints2d.copy(), seen.visibility.copy()
    count = HIDDEN.stop - HIDDEN.start
    pixels[HIDDEN, LOWER_LEGS] = pixels[HIDDEN][:, [23]] + [0, 40] + rng.normal(0, 12, (count, len(LOWER_LEGS), 2))
    visibility[HIDDEN, LOWER_LEGS] = 0.2
    return replace(seen, keypoints2d=pixels, visibility=visibility)


def test_invented_legs_are_doubted_and_seen_ones_are_not(behind_a_table):
    doubt = leg_doubt(behind_a_table.keypoints2d, behind_a_table.visibility, 1 / 30)
    assert doubt[HIDDEN][3:-3].min() > 0.3
    assert doubt[50:].max() < 0.05


def test_hidden_feet_step_under_the_body(film, behind_a_table):
    take = solve(film.take(behind_a_table), rest_joints=film.skeleton)
    motion = take.people[0].motion
    found, true = motion.contacts[HIDDEN], film.truth.stands[0][HIDDEN]
    assert 2 * (found & true).sum() / (found.sum() + true.sum()) > 0.85
    joints, right = joints_camera(take, motion)[HIDDEN], film.truth.camera_joints(0)[HIDDEN]
    away = (joints - joints[:, :1] - right + right[:, :1])[:, ANKLES]
    assert np.linalg.norm(away, axis=-1).mean() < 0.1
    soles = motion.joints()[HIDDEN][:, ANKLES, 2]
    assert soles.min() > 0.0 and soles.max() < 0.35


def test_who_stands_behind_something_keeps_the_feet_where_they_were(film):
    seen = film.rows(np.full(60, 65))  # one moment of standing
    pixels, visibility = seen.keypoints2d.copy(), seen.visibility.copy()
    pixels[20:40, LOWER_LEGS] += np.random.default_rng(0).normal(0, 25, (20, 8, 2))
    visibility[20:40, LOWER_LEGS] = 0.2
    frames = np.arange(60, dtype=np.int32)
    take = film.take(replace(seen, frame_index=frames, keypoints2d=pixels, visibility=visibility))
    motion = solve(take, rest_joints=film.skeleton).people[0].motion
    assert motion.contacts.all()
    ankles = motion.joints()[:, ANKLES]
    assert np.linalg.norm(ankles - np.median(ankles, axis=0), axis=-1).max() < 0.05
