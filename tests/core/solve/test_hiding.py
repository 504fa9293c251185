"""Gaps of people behind others: bridged where somebody stands in front, and only there."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.solve import solve
from romp_core.solve.hiding import hidden_frames
from romp_core.take.observations import Observations
from romp_core.take.take import Person, joints_camera
from tests.core.filmed import Film, pick
from tests.core.synthetic import make_observations

TIMES = np.arange(60) / 30
BODY = np.stack(np.meshgrid(np.linspace(-20, 20, 5), np.linspace(0, 200, 7)), axis=-1).reshape(-1, 2)


def at(rows, x: float | np.ndarray, y: float = 100.0) -> Observations:
    rows = np.asarray(rows)
    x = np.broadcast_to(x, rows.shape)
    points = BODY + np.stack([x, np.full(len(rows), y)], axis=-1)[:, None]
    return replace(make_observations(rows), keypoints2d=points.astype(np.float32))


def test_who_is_missing_behind_somebody_is_hidden():
    missing = at([*range(20), *range(50, 60)], 300.0)
    passing = at(range(60), np.linspace(100, 500, 60))
    hidden, shown = hidden_frames([missing, passing], TIMES)
    assert not shown.any() and not hidden[:20].any() and not hidden[50:].any()
    np.testing.assert_array_equal(np.flatnonzero(hidden), np.arange(26, 34))  # while a third is covered


@pytest.mark.parametrize("other", [at(range(60), 600.0), at(range(15), 300.0), at(range(60), 300.0, y=500.0)])
def test_who_is_missing_by_themselves_is_not_hidden(other):
    missing = at([*range(20), *range(50, 60)], 300.0)
    assert not hidden_frames([missing, other], TIMES)[0].any()


def test_nobody_crosses_the_image_while_hidden():
    missing = at([*range(20), *range(30, 60)], np.where(np.arange(50) < 20, 100.0, 1000.0))
    wall = replace(at(range(60), 500.0), keypoints2d=np.tile([[[0.0, 0.0]], [[2000.0, 900.0]]], (30, 35, 1)))
    assert not hidden_frames([missing, wall], TIMES)[0].any()


def test_somebody_behind_others_stays_there_for_four_times_the_longest_gap():
    film = Film()
    gap = range(30, 75)  # a second and a half
    seen = pick(film.observations, np.setdiff1d(np.arange(120), gap))
    shifted = replace(film.observations, keypoints2d=film.observations.keypoints2d + np.float32(3))
    aside = replace(film.observations, keypoints2d=film.observations.keypoints2d + np.float32(500))
    for other, bridged in ((shifted, True), (aside, False)):
        take = film.take(seen, max_gap=0.5, gaps="interpolate")
        take = replace(take, people=(*take.people, Person(2, "Person 2", other)))
        solved = solve(take, rest_joints=film.skeleton)
        motion = solved.person(1).motion
        assert motion.valid[list(gap)].all() == bridged and motion.valid[:30].all()
        if bridged:
            away = joints_camera(solved, motion)[gap, 0] - film.truth.camera_joints(0)[gap, 0]
            assert np.linalg.norm(away[:, :2], axis=-1).max() < 0.5
    shorter = replace(
        take, people=(take.people[0], Person(2, "Person 2", shifted)), solve=take.solve.changed(max_gap=0.3)
    )
    assert not solve(shorter, rest_joints=film.skeleton).person(1).motion.valid[list(gap)].any()
    assert (
        not solve(replace(shorter, solve=take.solve.changed(max_gap=0.0)), rest_joints=film.skeleton)
        .person(1)
        .motion.valid[list(gap)]
        .any()
    )
