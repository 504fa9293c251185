"""Feet beside other people: the network takes them for theirs, so what it sees of them counts little."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.solve.contacts.foot_visibility import foot_visibility
from romp_core.solve.landmark_fit.leg_doubt import body_height
from tests.core.filmed import Film, pick

RIGHT_TOE = 32


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


def beside(film: Film, heights: float, frames: slice):
    """Somebody else whose landmarks are all that far from the right toe, in some frames."""
    seen = film.observations
    away = heights * body_height(seen.keypoints2d) * np.array([0.0, 1.0])
    points = np.repeat(seen.keypoints2d[:, RIGHT_TOE, None] + away, 33, axis=1).astype(np.float32)
    return pick(replace(seen, keypoints2d=points), np.arange(len(points))[frames])


def visible(film: Film, others) -> np.ndarray:
    take = film.take()
    return foot_visibility(film.observations, others, film.observations.frame_index, take.footage).visible


def test_a_foot_beside_somebody_counts_little_in_these_frames_only(film):
    alone, near = visible(film, []), visible(film, [beside(film, 0.05, slice(5, 15))])
    assert alone.min() > 0.9
    assert near[5:15, 1].max() < 0.06 and near[5:15, 0].max() <= 1
    np.testing.assert_array_equal(near[15:], alone[15:])


def test_a_foot_away_from_everybody_is_as_visible_as_alone(film):
    np.testing.assert_array_equal(visible(film, [beside(film, 0.4, slice(0, 20))])[:, 1], visible(film, [])[:, 1])
    between = visible(film, [beside(film, 0.18, slice(0, 20))])[:20, 1]
    assert between.min() > 0.2 and between.max() < 0.8


def test_who_is_never_seen_with_others_is_alone(film):
    elsewhere = replace(film.rows([0]), frame_index=np.array([10_000], np.int32))
    np.testing.assert_array_equal(visible(film, [elsewhere]), visible(film, []))


def test_landmarks_of_others_that_are_no_numbers_say_nothing(film):
    broken = beside(film, 0.05, slice(5, 15))
    broken.keypoints2d[0, 3] = np.nan
    near = visible(film, [broken])
    assert near[5, 1] == visible(film, [])[5, 1] and near[6:15, 1].max() < 0.06
