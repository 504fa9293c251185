"""What is seen of somebody captured live: the right pose at true times, on the floor, calm, at any rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from romp_core.geometry.rotations import angle_between, matrix_from_quat, quat_conjugate, quat_from_matrix, quat_rotate
from romp_core.geometry.skeleton import PARENTS, forward_kinematics
from romp_core.solve import solve
from romp_core.solve.causal.placement import Placement, Skeleton, measured_placement
from romp_core.solve.causal.solver import CausalSolver
from romp_core.take.observations import Observations, People
from romp_core.take.settings import SolveSettings
from tests.core.filmed import CLIP, SIZE, Film, error_mm, noisy, pick

ROWS = np.arange(120)


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


def people_at(seen: Observations, row: int, id: int = 1) -> People:
    one = pick(seen, np.array([row]))
    return People(one.confidence, one.keypoints2d, one.visibility, one.keypoints3d, np.array([id], np.int32))


class Run:
    """Somebody solved live: joints (n, 24, 3) in camera space and in the world, and rotations (n, 24, 4)."""

    def __init__(
        self, film: Film, rows=ROWS, times=None, seen: Observations | None = None, strength: float = 1.0
    ) -> None:
        height = float(film.truth.heights[0])
        settings = SolveSettings().changed(height=height, strength=strength)
        self.solver = CausalSolver((SIZE, SIZE), float(np.radians(film.truth.fov_deg)), settings)
        known = self.solver.placement
        self.solver.place(replace(known, skeletons={1: Skeleton(film.rest, np.zeros(0))}))
        seen, times = seen or film.observations, film.truth.times if times is None else times
        poses = [self.solver.solve(people_at(seen, row), times[row]) for row in rows]
        self.rotations = np.stack([pose.rotations[0] for pose in poses])
        self.root = np.stack([pose.root[0] for pose in poses])
        self.world = forward_kinematics(self.rotations, self.root, film.rest)[0]
        inverse = quat_conjugate(self.solver.placement.camera.rotation[0])
        self.camera = quat_rotate(inverse, self.world)
        self.truth = film.truth.camera_joints(0)[rows]

    @property
    def error(self) -> float:
        return error_mm(self.camera, self.truth)


def test_pose_is_followed_from_perfect_landmarks(film):
    run = Run(film)
    assert run.error < 45
    assert np.isfinite(run.rotations).all()
    assert ((run.rotations[1:] * run.rotations[:-1]).sum(axis=-1) > 0).all(), "keys are sign-continuous"
    assert (np.degrees(angle_between(run.rotations[1:], run.rotations[:-1])) < 45).all()


@pytest.mark.parametrize("step, most", [(2, 55), (6, 100)])
def test_slow_cameras_are_followed_by_their_times(film, step, most):
    """15 and 5 frames a second: what moves fast in between is guessed, nothing is carried past its end."""
    run = Run(film, ROWS[::step])
    assert run.error < most


def test_uneven_times_do_no_harm(film):
    rng = np.random.default_rng(3)
    rows = np.sort(rng.choice(ROWS, 80, replace=False))
    assert Run(film, rows).error < 55


def test_smoothing_calms_what_trembles_and_lags_little(film):
    seen = noisy(film.observations, 1.5, 0.03)

    def tremble(strength: float) -> float:
        run = Run(film, seen=seen, strength=strength)
        assert run.error < 70
        return float(np.linalg.norm(np.diff(run.camera - run.camera[:, :1], n=2, axis=0), axis=-1).mean())

    raw, usual, strong = (tremble(strength) for strength in (0.0, 1.0, 2.5))
    assert usual < 0.8 * raw and strong < usual


def test_feet_are_on_the_floor_though_nobody_said_where_it_is(film):
    run = Run(film)
    lowest = run.world[:, [7, 8, 10, 11], 2].min(axis=1)
    assert lowest.min() > -0.06 and np.median(lowest) < 0.08 and lowest.max() < 0.2


def test_somebody_who_was_away_starts_anew(film):
    rows = [*range(40), *range(80, 120)]
    run = Run(film, rows)
    assert error_mm(run.camera[40:42], run.truth[40:42]) < 70, "at once, not on the way from the last pose"
    times = np.where(ROWS < 40, film.truth.times, film.truth.times + 100.0)
    assert Run(film, rows, times).error < 55


def test_several_people_are_followed_each_by_itself(film):
    solver = CausalSolver((SIZE, SIZE), float(np.radians(film.truth.fov_deg)), SolveSettings())
    seen = film.observations
    for row in range(20):
        one, other = people_at(seen, row), people_at(seen, 60 + row)
        both = People(
            *(
                np.concatenate([getattr(one, name), getattr(other, name)])
                for name in ("confidence", "keypoints2d", "visibility", "keypoints3d")
            ),
            np.array([5, 2], np.int32),
        )
        poses = solver.solve(both, row / 30)
        assert poses.ids.tolist() == [5, 2] and poses.new == ((5, 2) if row == 0 else ())
    alone = CausalSolver((SIZE, SIZE), float(np.radians(film.truth.fov_deg)), SolveSettings())
    for row in range(20):
        single = alone.solve(people_at(seen, 60 + row, id=2), row / 30)
    assert np.degrees(angle_between(single.rotations[0, 1:], poses.rotations[1, 1:])).max() < 0.1


def test_nobody_is_fine():
    solver = CausalSolver((SIZE, SIZE), 0.9, SolveSettings())
    poses = solver.solve(People.empty(33), 0.0)
    assert poses.rotations.shape == (0, 24, 4) and poses.root.shape == (0, 3)


@pytest.fixture(scope="module")
def looking_down() -> tuple[Film, Placement]:
    """Filmed from above, and calibrated by what was seen."""
    film = Film(pitch=25.0, distance=5.0)
    return film, measured_placement(solve(film.take(measured_build=False)), face=True)


def test_a_calibration_levels_the_world(looking_down):
    film, placement = looking_down
    up = matrix_from_quat(placement.camera.rotation[0]) @ (film.truth.rotation[0] @ np.array([0.0, 1.0, 0.0]))
    assert np.degrees(np.arccos(up[2])) < 4
    assert placement.floor and placement.camera.position[0, 2] > 1.0, "the camera is above the floor"


def test_a_calibration_turns_people_to_the_front(looking_down):
    film, placement = looking_down
    height = float(film.truth.heights[0])
    solver = CausalSolver((SIZE, SIZE), placement.camera.fov, SolveSettings().changed(height=height))
    solver.place(placement)
    poses = [solver.solve(people_at(film.observations, row), film.truth.times[row]) for row in ROWS]
    root = np.stack([pose.root[0] for pose in poses])
    facing = quat_rotate(np.stack([pose.rotations[0, 0] for pose in poses]), np.array([0.0, 0.0, 1.0])).mean(axis=0)
    assert np.degrees(np.abs(np.arctan2(facing[0], -facing[1]))) < 10
    assert np.linalg.norm(root[:, :2].mean(axis=0)) < 0.15, "around the origin"
    np.testing.assert_allclose(solver.skeleton(1).rest_joints, placement.skeletons[1].rest_joints)


def test_body_models_are_placed_where_the_image_shows_them(film):
    """Their rotations are taken as they are; the root is where the skeleton falls on the joints in the image."""
    truth = film.truth.camera_joints(0)
    rest = film.rest
    with np.load(CLIP.with_suffix(".npz")) as archive:
        turned = film.truth.rotation[:, None] @ archive["G"][0]
    parents = [max(parent, 0) for parent in PARENTS]
    local = np.swapaxes(turned[:, parents], -1, -2) @ turned
    local[:, 0] = turned[:, 0]
    pixels = truth[..., :2] / truth[..., 2:] * film.truth.intrinsics[0, 0] + SIZE / 2
    height = float(film.truth.heights[0])
    solver = CausalSolver((SIZE, SIZE), float(np.radians(film.truth.fov_deg)), SolveSettings().changed(height=height))
    for row in range(30):
        people = People(
            np.ones(1, np.float32), pixels[row][None], np.ones((1, 24), np.float32), None, np.array([1], np.int32),
            quat_from_matrix(local[row])[None], None, truth[row, :1], 1.3 * rest[None],
        )  # fmt: skip
        poses = solver.solve(people, row / 30)
    found = forward_kinematics(poses.rotations[0], poses.root[0], solver.skeleton(1).rest_joints)[0]
    in_camera = quat_rotate(quat_conjugate(solver.placement.camera.rotation[0]), found)
    assert error_mm(in_camera[None], truth[29][None]) < 25
