"""The solve of what body models see (ROMP, BEV): true motion in, with a network's noise, and what a user sees of it."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.groundtruth import load_truth
from romp_core.bodies.embedded import load_body
from romp_core.geometry.projection import body_model_fov, focal_from_fov, project
from romp_core.geometry.rotations import (
    angle_between,
    matrix_from_quat,
    quat_from_matrix,
    quat_from_rotvec,
    quat_multiply,
)
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.solve import solve
from romp_core.solve.heights import body_heights, estimated_skeleton
from romp_core.take.observations import Observations
from romp_core.take.settings import SolveSettings, from_mapping
from romp_core.take.take import FootageInfo, Person, Take, joints_camera, take_fov
from tests.core.filmed import CLIP, SIZE, error_mm

TRUTH = load_truth(CLIP)
CENTER = np.array([SIZE, SIZE]) / 2


def seen_by(focal: float, size: float = 1.0, turn_deg: float = 0.0, shake: float = 0.0, aside: float = 0.0):
    """Observations of the clip's person as a body model with this focal length in pixels gives them.

    Args:
        size: of the body, on the same floor; turn_deg: noise of the rotations; shake: of the depth, as a share;
        aside: meters.
    """
    rng = np.random.default_rng(1)
    with np.load(CLIP.with_suffix(".npz")) as archive:
        rest, rotvec = archive["JT"][0].astype(float) * size, archive["poses"][0].astype(float)
    count = len(rotvec)
    rotations = quat_from_rotvec(rotvec)
    rotations[:, 0] = quat_multiply(quat_from_matrix(TRUTH.rotation), rotations[:, 0])
    rotations = quat_multiply(rotations, quat_from_rotvec(rng.normal(0, np.radians(turn_deg), (count, 24, 3))))
    # the model's camera sees the same picture, so its depths are longer or shorter
    pelvis = TRUTH.joints[0, :, 0] * [1, size, 1] - TRUTH.position
    root = np.einsum("tij,tj->ti", TRUTH.rotation, pelvis) * [1, 1, focal / TRUTH.intrinsics[0, 0]]
    root = root * np.exp(rng.normal(0, shake, (count, 1))) + [aside, 0, 0]
    joints = forward_kinematics(rotations, root, rest)[0]
    ones = np.ones((count, 24), np.float32)
    return Observations(
        frame_index=np.arange(count, dtype=np.int32),
        confidence=ones[:, 0],
        keypoints2d=project(joints, focal, CENTER).astype(np.float32),
        visibility=ones,
        keypoints3d=(joints - joints[:, :1]).astype(np.float32),
        rotations=rotations.astype(np.float32),
        betas=np.zeros((count, 11), np.float32),
        root=root.astype(np.float32),
        rest_joints=np.broadcast_to(rest, (count, 24, 3)).astype(np.float32),
    )


def take_of(*observations: Observations, **settings: object) -> Take:
    count = len(TRUTH.times)
    footage = FootageInfo("film.mp4", SIZE, SIZE, 30.0, TRUTH.times, np.arange(count, dtype=np.int32))
    people = tuple(Person(i + 1, f"Person {i + 1}", seen) for i, seen in enumerate(observations))
    known = {"height": float(TRUTH.heights[0]), "fov": TRUTH.fov_deg}
    return Take("film", footage, people, solve=from_mapping(SolveSettings, known | settings))


FOCAL = float(TRUTH.intrinsics[0, 0])


@pytest.fixture(scope="module")
def solved() -> Take:
    return solve(take_of(seen_by(FOCAL)))


def test_perfect_observations_give_the_motion_back(solved):
    motion = solved.people[0].motion
    assert motion.valid.all()
    assert error_mm(joints_camera(solved, motion), TRUTH.camera_joints(0)) < 15
    lowest = motion.joints()[:, [10, 11], 2].min(axis=1)
    assert abs(np.median(lowest) - 0.03) < 0.03
    pitch = np.degrees(-np.arcsin(matrix_from_quat(solved.camera.rotation[0])[2, 2]))
    assert pitch == pytest.approx(np.degrees(np.arcsin(-TRUTH.rotation[0][2, 1])), abs=3)


def test_world_path_is_the_true_one(solved):
    true = TRUTH.joints[0, :, 0, [0, 2]].T * [1, -1]
    found = solved.people[0].motion.root[:, :2]
    away = (found - found[0]) - (true - true[0])
    turn = np.linalg.svd((found - found.mean(0)).T @ (true - true.mean(0)))  # the world's heading is free
    turned = (found - found.mean(0)) @ (turn[0] @ turn[2])
    assert np.linalg.norm(turned - (true - true.mean(0)), axis=1).max() < 0.12, np.abs(away).max()


def test_noise_is_smoothed_and_the_feet_stand():
    noisy = seen_by(FOCAL, turn_deg=2.5, shake=0.03)
    raw, calm = (solve(take_of(noisy, strength=s, contacts=s > 0)) for s in (0.0, 1.0))

    def jerk(take):
        return np.linalg.norm(np.diff(take.people[0].motion.joints(), n=3, axis=0), axis=-1).mean() * 30**3

    def error(take):
        return error_mm(joints_camera(take, take.people[0].motion), TRUTH.camera_joints(0))

    assert jerk(calm) < jerk(raw) / 30
    assert error(calm) < 0.65 * error(raw)
    true_speed = np.linalg.norm(np.diff(TRUTH.joints[0][:, [10, 11]], axis=0), axis=-1) * 30
    speed = np.linalg.norm(np.diff(calm.people[0].motion.joints()[:, [10, 11]], axis=0), axis=-1) * 30
    assert speed[true_speed < 0.05].mean() < 0.15
    assert 0.7 < np.median(speed[true_speed > 0.5] / true_speed[true_speed > 0.5]) < 1.3


def test_fast_motion_is_not_flattened():
    """An arm that swings by 120 degrees twice a second keeps nine tenths of its swing."""
    seen = seen_by(FOCAL)
    times = TRUTH.times
    swing = np.radians(60) * np.sin(2 * np.pi * 2.0 * times)
    rotations = np.array(seen.rotations)
    rotations[:, 16] = quat_from_rotvec(np.stack([0 * swing, 0 * swing, swing], axis=-1))
    motion = solve(take_of(replace(seen, rotations=rotations), contacts=False)).people[0].motion
    kept = angle_between(motion.rotations[:, 16], np.array([1.0, 0, 0, 0]))
    assert np.degrees(kept.max()) > 54


def test_a_flipped_frame_does_not_show():
    seen = seen_by(FOCAL)
    rotations = np.array(seen.rotations, dtype=float)
    rotations[30, 0] = quat_multiply(rotations[30, 0], quat_from_rotvec(np.array([0, np.pi, 0])))
    motion = solve(take_of(replace(seen, rotations=rotations.astype(np.float32)))).people[0].motion
    steps = np.degrees(angle_between(motion.rotations[:-1], motion.rotations[1:]))
    assert steps.max() < 25


@pytest.mark.parametrize("fov_deg", [30.0, 60.0, 90.0])
def test_another_field_of_view_keeps_the_picture(fov_deg):
    """The character lies over the footage whatever lens the model assumed and the user knows."""
    seen = seen_by(focal_from_fov(body_model_fov(SIZE, SIZE), SIZE))
    take = solve(take_of(seen, fov=fov_deg, strength=0.0, contacts=False))
    joints = joints_camera(take, take.people[0].motion)
    shown = project(joints, take.camera.focal(SIZE), CENTER)
    height_px = np.ptp(seen.keypoints2d[0, :, 1])
    assert np.linalg.norm(shown - seen.keypoints2d, axis=-1).mean() < 0.04 * height_px


def test_without_any_other_word_the_lens_is_the_models():
    take = take_of(seen_by(FOCAL), fov=0.0)
    assert np.degrees(take_fov(take)) == pytest.approx(60.0, abs=0.01)
    upright = replace(take, footage=replace(take.footage, width=270, height=480))
    assert take_fov(upright) == pytest.approx(2 * np.arctan(270 / 480 * np.tan(np.radians(30))), abs=1e-3)
    known = replace(take, footage=replace(take.footage, fov=0.7))
    assert take_fov(known) == 0.7


def test_a_child_beside_an_adult_stays_small_and_both_stand_on_the_floor():
    adult, child = seen_by(FOCAL), seen_by(FOCAL, size=0.6, aside=0.8)
    take = take_of(adult, child, height=1.8)
    skeletons = [estimated_skeleton(person.observations) for person in take.people]
    heights = body_heights(take.people, skeletons, take.solve.scale)
    assert heights[0] == pytest.approx(1.8, abs=1e-6) and heights[1] == pytest.approx(1.08, abs=0.01)
    first, second = (person.motion for person in solve(take).people)
    reach = [np.linalg.norm(motion.rest_joints[15] - motion.rest_joints[7]) for motion in (first, second)]
    assert reach[1] / reach[0] == pytest.approx(0.6, abs=0.01)
    for motion in (first, second):
        assert abs(np.median(motion.joints()[:, [10, 11], 2].min(axis=1)) - 0.03) < 0.05


def test_a_height_of_ones_own_wins():
    take = take_of(seen_by(FOCAL))
    take = replace(take, people=(replace(take.people[0], height=1.5),))
    rest = solve(take).people[0].motion.rest_joints
    usual = load_body().rest_joints(1.5)
    assert np.ptp(rest[:, 1]) == pytest.approx(np.ptp(usual[:, 1]), rel=0.03)


def test_gaps_and_non_finite_rows_are_gaps():
    seen = seen_by(FOCAL)
    rotations = np.array(seen.rotations)
    rotations[20:45] = np.nan
    motion = solve(take_of(replace(seen, rotations=rotations), max_gap=0.2, gaps="hide")).people[0].motion
    assert not motion.valid[22:43].any() and motion.valid[:20].all() and motion.valid[45:].all()
    assert np.isfinite(motion.rotations).all()


def test_long_takes_are_worked_on_in_pieces_without_seams(monkeypatch):
    take = take_of(seen_by(FOCAL, turn_deg=2.0))
    whole = solve(take).people[0].motion
    monkeypatch.setattr("romp_core.solve.body_fit._CHUNK", 16)
    monkeypatch.setattr("romp_core.solve.glitches._CHUNK", 16)
    pieces = solve(take).people[0].motion
    assert np.degrees(angle_between(whole.rotations, pieces.rotations)).max() < 1e-3
    np.testing.assert_allclose(whole.root, pieces.root, atol=1e-5)
