"""The parts of the landmark fit: the coupled solver, the Jacobian, the coarse grid in time."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.bodies.skin_points import PARTS
from romp_core.geometry.projection import Pinhole
from romp_core.geometry.rotations import matrix_from_rotvec, normalize
from romp_core.solve import solve
from romp_core.solve.landmark_fit.banded import solve_coupled
from romp_core.solve.landmark_fit.coarse import between, coarse_rows, thin, turns_between
from romp_core.solve.landmark_fit.gauss_newton import logarithm, refine
from romp_core.solve.landmark_fit.kinematic_chain import N_GROUPS, N_PARAMETERS, N_TURNS, Chain, advance
from romp_core.solve.landmark_fit.residuals import Floor, Measurements, bone_directions, linearize
from romp_core.take.take import joints_camera
from tests.core.filmed import Film, error_mm

HIPS = (11, 12)
"""Groups of the left and the right hip."""
OPTICS = Pinhole(600.0, np.array([240.0, 240.0]))


@pytest.mark.parametrize("count", [3, 4, 5, 6, 7, 30, 31])
def test_coupled_samples_are_solved_like_one_dense_system(count):
    rng = np.random.default_rng(count)
    n = 6
    factors = rng.normal(size=(count, n, n))
    blocks = factors @ factors.transpose(0, 2, 1) + 0.1 * np.eye(n)
    weight = rng.uniform(5, 50, (count - 2, n))  # of second differences, far above what the blocks know
    first, second = np.zeros((count - 1, n)), weight
    for offset, factor in ((0, 1.0), (1, -2.0), (2, 1.0)):
        blocks[offset : offset + count - 2, range(n), range(n)] += factor**2 * weight
    first[:-1] -= 2 * weight
    first[1:] -= 2 * weight
    right = rng.normal(size=(count, n))
    dense = np.zeros((count, n, count, n))
    for t in range(count):
        dense[t, :, t] = blocks[t]
        for lag, coupling in ((1, first), (2, second)):
            if t + lag < count:
                dense[t, range(n), t + lag, range(n)] = dense[t + lag, range(n), t, range(n)] = coupling[t]
    expected = np.linalg.solve(dense.reshape(count * n, -1), right.ravel()).reshape(count, n)
    np.testing.assert_allclose(solve_coupled(blocks, right, first, second), expected, atol=1e-9)
    single = solve_coupled(*(each.astype(np.float32) for each in (blocks, right, first, second)))
    np.testing.assert_allclose(single, expected, atol=1e-3 * np.abs(expected).max())


def posed(chain: Chain, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    turns = matrix_from_rotvec(rng.normal(0, 0.4, (2, N_GROUPS, 3)))
    turns[:, 0] = matrix_from_rotvec(np.array([np.pi - 0.2, 0.1, 0.0])) @ turns[:, 0]
    return turns, np.array([[0.2, -0.1, 3.0], [0.0, 0.3, 4.0]])


def measured_at(chain: Chain, turns: np.ndarray, root: np.ndarray) -> Measurements:
    """What a perfect camera measures of a pose; one foot stands."""
    markers = chain.pose(turns).markers + root[:, None]
    used = markers[:, :-2]
    footholds = np.full((len(turns), 2, 3), np.nan)
    footholds[:, 1] = markers[:, -1]
    pixels = used[..., :2] / used[..., 2:] * OPTICS.focal_px + OPTICS.center_px
    return Measurements(pixels, np.ones(used.shape[:2]), bone_directions(used), OPTICS, 1 / 30, footholds)


def test_jacobian_is_the_derivative_of_the_residuals():
    """Near the solution, where the robust weights are one; lengths of bones that are not rigid count as constant."""
    rng = np.random.default_rng(1)
    chain = Chain(Film().rest)
    turns, root = posed(chain, rng)
    measured = measured_at(chain, turns, root)
    jacobian, residuals = linearize(chain, measured, slice(0, 2), turns, root)
    assert jacobian.shape[2] == N_PARAMETERS and np.abs(residuals).max() < 1e-3
    size = 2e-3
    for _ in range(5):
        step = rng.normal(0, size, (2, N_PARAMETERS))
        moved = advance(turns, step[:, :N_TURNS].reshape(2, N_GROUPS, 3)), root + step[:, N_TURNS:]
        _, after = linearize(chain, measured, slice(0, 2), *moved)
        predicted = -(jacobian @ step[..., None])[..., 0]
        rigid = slice(-56, None)  # landmarks in the image and footholds
        np.testing.assert_allclose(after[:, rigid], predicted[:, rigid], atol=0.02 * np.abs(predicted).max())
        assert np.linalg.norm(after - predicted) < 0.1 * np.linalg.norm(predicted)


def test_jacobian_of_the_floor_is_the_derivative_of_heights():
    """Parts below the floor, and parts that rest on it."""
    rng = np.random.default_rng(2)
    chain = Chain(Film().rest)
    turns, root = posed(chain, rng)
    up = normalize(rng.normal(size=(2, 3)))
    floor = Floor(up, np.full(2, -3.0), rng.normal(0, 0.1, (2, len(PARTS), 3)), np.zeros((2, len(PARTS))), np.ones(2))
    measured = replace(measured_at(chain, turns, root), floor=floor)
    jacobian, residuals = linearize(chain, measured, slice(0, 2), turns, root)
    rows = slice(-len(PARTS), None)
    assert (residuals[:, rows] > 0).any()  # something is below the floor
    step = rng.normal(0, 1e-3, (2, N_PARAMETERS))
    moved = advance(turns, step[:, :N_TURNS].reshape(2, N_GROUPS, 3)), root + step[:, N_TURNS:]
    _, after = linearize(chain, measured, slice(0, 2), *moved)
    below = (residuals[:, rows] > 1) & (after[:, rows] > 0)
    predicted = residuals - (jacobian @ step[..., None])[..., 0]
    np.testing.assert_allclose(after[:, rows][below], predicted[:, rows][below], atol=0.02)


def seen_from_the_side(apart: float, guessed: float) -> float:
    """Angle of the thighs from the vertical that is found, degrees; hip joints part by `apart`, directions in depth
    say that it is `guessed`."""
    chain, count = Chain(Film().rest), 12
    turns = np.tile(np.eye(3), (count, N_GROUPS, 1, 1))
    turns[:, 0] = matrix_from_rotvec([0, np.pi / 2, 0]) @ matrix_from_rotvec([np.pi, 0, 0])
    root = np.tile([0.0, 0.0, 4.0], (count, 1))

    def parted(degrees: float) -> np.ndarray:
        result = turns.copy()
        for group, sign in zip(HIPS, (1, -1), strict=True):
            result[:, group] = matrix_from_rotvec(sign * np.radians([0, 0, degrees]))
        return result

    measured = measured_at(chain, parted(apart), root)
    measured = replace(measured, directions=measured_at(chain, parted(guessed), root).directions, footholds=None)
    found = parted(guessed)
    for _ in range(12):
        found, root = refine(chain, measured, found, root, 1.0)
    angles = [sign * np.degrees(logarithm(found[:, group])[:, 2]) for group, sign in zip(HIPS, (1, -1), strict=True)]
    return float(np.mean(angles))


def test_legs_hang_side_by_side_unless_they_are_seen_apart():
    """From the side the image hardly shows it, and the network is often wrong by ten degrees."""
    assert abs(seen_from_the_side(apart=0, guessed=10)) < 1
    assert seen_from_the_side(apart=25, guessed=25) > 18
    assert seen_from_the_side(apart=40, guessed=40) > 37


def test_logarithm_is_that_of_the_rotation():
    vectors = np.random.default_rng(0).normal(0, 0.8, (50, 3))
    vectors[0] = 0
    np.testing.assert_allclose(logarithm(matrix_from_rotvec(vectors)), vectors, atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 30, 31, 32])
@pytest.mark.parametrize("interval", [1 / 120, 1 / 30, 1 / 10])
def test_coarse_rows_are_even_and_reach_both_ends(count, interval):
    rows = coarse_rows(count, interval, 1 / 15)
    assert len(rows) == count or len(rows) >= 4
    steps = np.diff(rows)
    assert (steps == steps[:1]).all() if len(steps) else count == 1
    stride = steps[0] if len(steps) else 1
    assert rows[0] <= stride / 2 and count - 1 - rows[-1] <= stride / 2


@pytest.mark.parametrize("count", [9, 30, 41])
def test_steady_motion_survives_the_coarse_grid(count):
    time = np.arange(count) / 30
    rows = coarse_rows(count, 1 / 30, 1 / 10)
    track = np.stack([time, 2 - 3 * time], axis=1)
    np.testing.assert_allclose(between(track[rows], rows, count), track, atol=1e-9)
    vectors = time[:, None, None] * np.array([0.0, 2.0, 0.0])
    turns = matrix_from_rotvec(vectors)
    np.testing.assert_allclose(turns_between(turns[rows], rows, count), turns, atol=2e-3)


def test_thinned_measurements_are_those_of_all_samples_around():
    rng = np.random.default_rng(0)
    chain = Chain(Film().rest)
    turns, root = posed(chain, rng)
    still = measured_at(chain, np.repeat(turns[:1], 40, axis=0), np.repeat(root[:1], 40, axis=0))
    noisy = replace(still, pixels=still.pixels + rng.normal(0, 1, still.pixels.shape), interval=1 / 60)
    rows = coarse_rows(40, 1 / 60, 1 / 15)
    thinned = thin(noisy, rows)
    assert thinned.interval == pytest.approx(1 / 15) and thinned.density == pytest.approx(1 / 4)
    assert (thinned.pixels - still.pixels[rows]).std() < 0.8 * (noisy.pixels - still.pixels)[rows].std()
    assert thin(noisy, np.arange(40)) is noisy


def test_what_is_guessed_behind_somebody_else_does_not_count():
    """A trunk that hardly shows is no observation; but of somebody who never shows more, all of them count."""
    film = Film()
    seen = film.observations
    pixels, visibility = seen.keypoints2d.copy(), seen.visibility.copy()
    pixels[60:75] += np.random.default_rng(0).normal(40, 30, (15, 33, 2))
    visibility[60:75, [11, 12, 23, 24]] = 0.1
    guessed = replace(seen, keypoints2d=pixels.astype(np.float32), visibility=visibility)
    take = solve(film.take(guessed), rest_joints=film.skeleton)
    away = error_mm(joints_camera(take, take.people[0].motion)[60:75], film.truth.camera_joints(0)[60:75])
    assert away < 80
    visibility = np.ones_like(visibility)
    visibility[:, [11, 12, 23, 24]] = 0.1
    hardly = replace(seen, visibility=visibility)
    take = solve(film.take(hardly), rest_joints=film.skeleton)
    assert error_mm(joints_camera(take, take.people[0].motion), film.truth.camera_joints(0)) < 60
