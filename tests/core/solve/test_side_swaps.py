"""Left and right that the network takes for each other: found where limbs leap, and swapped back."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.solve import solve
from romp_core.solve.landmark_fit.side_swaps import swapped_sides, with_sides_apart
from romp_core.take.keypoints import BLAZEPOSE_33
from romp_core.take.observations import Observations
from romp_core.take.take import joints_camera
from tests.core.filmed import Film, error_mm, noisy

LEFT, RIGHT = [25, 27, 29, 31], [26, 28, 30, 32]


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


def swapped(seen: Observations, frames: slice) -> Observations:
    pixels, world = seen.keypoints2d.copy(), seen.keypoints3d.copy()
    for values in (pixels, world):
        values[frames, LEFT], values[frames, RIGHT] = values[frames, RIGHT], values[frames, LEFT].copy()
    return replace(seen, keypoints2d=pixels, keypoints3d=world)


def found(seen: Observations) -> np.ndarray:
    return swapped_sides(seen.keypoints2d, seen.visibility, seen.frame_index, 1 / 30)[0]


@pytest.mark.parametrize("frames", [slice(20, 21), slice(42, 50), slice(12, 20)])
def test_legs_that_leap_apart_and_back_are_swapped_back(film, frames):
    seen = noisy(swapped(film.observations, frames), 1.5, 0.01)
    expected = np.zeros(len(seen.frame_index), bool)
    expected[frames] = True
    np.testing.assert_array_equal(found(seen), expected)


@pytest.mark.parametrize("frames", [slice(20, 21), slice(42, 50), slice(12, 20)])
def test_bodies_whose_front_is_taken_for_their_back_are_turned_round(film, frames):
    """Left and right are exchanged, and the face looks the other way."""
    true = film.observations
    pixels, world = true.keypoints2d.copy(), true.keypoints3d.copy()
    for values in (pixels, world):
        values[frames] = values[frames][:, list(BLAZEPOSE_33.mirror)]
    ears = world[frames][:, BLAZEPOSE_33.pair("ear"), 2].mean(axis=1, keepdims=True)
    world[frames, :11, 2] = 2 * ears - world[frames, :11, 2]
    fixed = with_sides_apart(replace(true, keypoints2d=pixels, keypoints3d=world), film.take().footage)
    np.testing.assert_allclose(fixed.keypoints2d, true.keypoints2d)
    np.testing.assert_allclose(fixed.keypoints3d, true.keypoints3d, atol=1e-6)


def test_walking_limbs_that_cross_in_the_image_stay_who_they_are(film):
    seen = noisy(film.observations, 1.5, 0.01)
    assert not np.any(swapped_sides(seen.keypoints2d, seen.visibility, seen.frame_index, 1 / 30))


def test_other_frame_rates_and_short_clips_are_no_swaps(film):
    assert not found(film.rows(np.arange(0, 90, 3))).any()
    assert not found(film.rows([0, 1])).any()
    assert not found(film.rows([4])).any()


def test_the_motion_is_that_of_legs_never_swapped(film):
    take = film.take(swapped(film.observations, slice(42, 50)))
    good, repaired = (solve(each, rest_joints=film.skeleton) for each in (film.take(), take))
    joints, truth = joints_camera(repaired, repaired.people[0].motion), film.truth.camera_joints(0)
    assert error_mm(joints, truth) < error_mm(joints_camera(good, good.people[0].motion), truth) + 1
    assert repaired.people[0].observations is take.people[0].observations  # what was captured is kept


def test_body_models_are_left_alone(film):
    seen = replace(film.observations, rotations=np.zeros((len(film.observations.frame_index), 24, 4)))
    assert with_sides_apart(seen, film.take().footage) is seen
