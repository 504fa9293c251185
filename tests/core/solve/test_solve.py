"""What a user sees of the solve: the right pose, still feet on the floor, gaps that stay gaps, nothing explodes."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.overlay import overlay
from romp_core.errors import SettingsError
from romp_core.geometry.projection import project
from romp_core.geometry.rotations import angle_between, matrix_from_quat, matrix_from_rotvec, quat_from_rotvec
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.solve import quick_pose, solve
from romp_core.solve.contacts.detection import seen_odds, standing
from romp_core.solve.world.floor_and_sizes import Standing, find_ground
from romp_core.solve.world.up_direction import balance, body_axis, standing_direction
from romp_core.take.settings import with_values
from romp_core.take.take import Motion, Person, Take, joints_camera
from tests.core.filmed import SIZE, Film, error_mm, noisy, pick, posed


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


@pytest.fixture(scope="module")
def solved(film: Film) -> Take:
    return solve(film.take(), rest_joints=film.skeleton)


def only(take: Take) -> Motion:
    assert take.solved and len(take.people) == 1
    return take.people[0].motion


def looks_down(take: Take) -> float:
    """Pitch of the camera in degrees."""
    return float(-np.degrees(np.arcsin(matrix_from_quat(take.camera.rotation[0])[2, 2])))


def jerk(motion: Motion, fps: float = 30.0) -> float:
    return float(np.linalg.norm(np.diff(motion.joints(), n=3, axis=0), axis=-1).mean() * fps**3)


def assert_sound(motion: Motion) -> None:
    assert np.isfinite(motion.rotations).all() and np.isfinite(motion.root).all()
    np.testing.assert_allclose(np.linalg.norm(motion.rotations, axis=-1), 1, atol=1e-4)
    np.testing.assert_array_equal(np.diff(motion.frame_index), 1)


def test_pose_is_recovered_from_perfect_landmarks(film, solved):
    motion = only(solved)
    assert_sound(motion)
    assert error_mm(joints_camera(solved, motion), film.truth.camera_joints(0)) < 35


def test_character_lies_over_the_footage(film, solved):
    joints = joints_camera(solved, only(solved))
    shown = project(joints, solved.camera.focal(SIZE), np.array([SIZE, SIZE]) / 2)
    away = np.linalg.norm(shown - film.truth.joints2d[0], axis=-1)
    assert away.mean() < 0.015 * np.ptp(film.truth.joints2d[0][0, :, 1])


@pytest.mark.parametrize("contacts", [True, False])
@pytest.mark.parametrize("fov", [0.0, 35.0, 50.0, 75.0])
def test_character_lies_over_the_footage_whatever_the_settings(film, fov, contacts):
    take = solve(film.take(noisy(film.observations, 1.0, 0.02), fov=fov, contacts=contacts, height=1.5))
    median, high = overlay(take)
    assert median < 1.2 and high < 3.5


def test_world_is_level_with_the_floor_at_zero(film, solved):
    motion = only(solved)
    true = film.truth.joints[0]
    assert abs(looks_down(solved) - np.degrees(np.arcsin(-film.truth.rotation[0][2, 1]))) < 4
    heights = motion.joints()[:, :, 2] - true[:, :, 1]
    assert abs(np.median(heights)) < 0.06
    # the camera of the film does not move, and the person starts at the origin
    assert len(solved.camera.rotation) == 1 and np.abs(motion.root[0, :2]).max() < 0.15


@pytest.mark.parametrize("pitch, distance", [(-30, 4.5), (-10, 2.5), (0, 12.0), (30, 2.5), (45, 5.0)])
def test_cameras_that_look_up_or_down_from_near_or_far(pitch, distance):
    film = Film(pitch, distance)
    take = solve(film.take(noisy(film.observations, 1.0, 0.02)), rest_joints=film.skeleton)
    motion, true = only(take), film.truth.joints[0]
    assert looks_down(take) == pytest.approx(pitch, abs=3.5)
    assert take.camera.position[0, 2] == pytest.approx(film.truth.position[0][1], abs=0.05 * distance)
    assert error_mm(joints_camera(take, motion), film.truth.camera_joints(0)) < 45
    assert np.abs(np.median(motion.joints()[:, :, 2] - true[:, :, 1])) < 0.06
    speed, real = (np.linalg.norm(np.diff(p[:, [10, 11]], axis=0), axis=-1) * 30 for p in (motion.joints(), true))
    assert speed[real < 0.05].mean() < 0.1


def test_who_leans_all_the_time_does_not_tilt_the_world():
    """Hands on the knees: the line from ankles to neck lies, the balance over the feet does not."""
    rest = Film().rest
    rotations = np.zeros((60, 24, 4))
    rotations[..., 0] = 1
    rotations[:, 0] = quat_from_rotvec(np.array([0.25, 0.0, 0.0]))  # the trunk leans forward, the hips go back
    for joint in (1, 2):
        rotations[:, joint] = quat_from_rotvec(np.array([-0.16, 0.0, 0.0]))
    joints, _ = forward_kinematics(rotations, np.zeros((60, 3)), rest)
    down = matrix_from_rotvec(np.array([np.pi, 0.0, 0.0]))  # a level camera in front
    seen = joints @ down.T + np.array([0.0, 0.0, 4.0])
    straight = standing_direction(*body_axis(seen, rest))
    axis, share = balance(seen, np.ones((60, 2), bool), rest, straight)
    standing = Standing(np.zeros((0, 3)), axis, np.array([0.0, 0.0, 1.0]), steps=share * 4)
    before, after = (np.degrees(np.arccos(-up[1])) for up in (straight, find_ground(straight, [standing]).up))
    assert before > 6 and after < 0.5 * before


def test_standing_feet_are_still_and_on_the_floor_and_swinging_feet_are_not_pinned(film, solved):
    motion = only(solved)
    balls, true = motion.joints()[:, [10, 11]], film.truth.joints[0][:, [10, 11]]
    speed, real = (np.linalg.norm(np.diff(p, axis=0), axis=-1) * 30 for p in (balls, true))
    assert (real < 0.05).sum() > 50 and (real > 0.5).sum() > 20
    assert speed[real < 0.05].mean() < 0.08
    assert 0.75 < speed[real > 0.5].mean() / real[real > 0.5].mean() < 1.25
    height = balls[:-1][real < 0.05][:, 2]
    assert np.abs(height - 0.028).mean() < 0.02


def test_contacts_are_those_of_the_truth(film, solved):
    real = np.linalg.norm(np.gradient(film.truth.joints[0][:, [10, 11]], axis=0), axis=-1) * 30
    contacts = only(solved).contacts
    assert contacts[real < 0.03].mean() > 0.9
    assert contacts[real > 1.0].mean() < 0.1


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_feet_hold_whatever_the_smoothing_even_when_the_network_swaps_the_legs(film, strength):
    seen = noisy(film.observations, pixels=1.0, meters=0.03)
    for start in range(10, 120, 25):
        for values in (seen.keypoints2d, seen.keypoints3d):
            left, right = values[start : start + 3, 25:33:2].copy(), values[start : start + 3, 26:33:2].copy()
            values[start : start + 3, 25:33:2], values[start : start + 3, 26:33:2] = right, left
    motion = only(solve(film.take(seen, strength=strength), rest_joints=film.skeleton))
    speed, real = (
        np.linalg.norm(np.diff(p, axis=0), axis=-1) * 30
        for p in (motion.joints()[:, [10, 11]], film.truth.joints[0][:, [10, 11]])
    )
    assert speed[real < 0.05].mean() < 0.2


def test_a_foot_stands_while_its_toe_does_and_hidden_feet_keep_their_state():
    times = np.arange(40) / 30
    fitted = np.zeros((40, 2, 2))
    fitted[15:, 1, 0] = np.arange(25) * 10.0  # pixels a frame: 3 m/s
    toes = np.zeros((40, 2, 2))
    seen, soles = np.ones((40, 2)), np.zeros((40, 2))
    scale = np.full(40, 0.01)
    assert standing(seen_odds([fitted, toes], seen, scale, soles, times), soles).all()
    assert not standing(seen_odds([fitted, fitted], seen, scale, soles, times), soles)[17:, 1].any()
    seen[15:30] = 0
    fitted[30:, 1] = fitted[30, 1]
    assert standing(seen_odds([fitted, fitted], seen, scale, soles, times), soles).all()
    assert not standing(seen_odds([toes, toes], np.zeros((40, 2)), scale, soles, times), soles).any()


def test_small_slow_steps_are_no_stand():
    """A foot that shuffles by 12 cm at 0.4 m/s: noise from frame to frame hides it, its way does not."""
    times = np.arange(60) / 30
    way = np.clip(np.arange(60) - 25, 0, 9) * 0.4 / 30
    track = np.zeros((60, 2, 2))
    track[:, 1, 0] = way / 0.01
    seen, soles, scale = np.ones((60, 2)), np.zeros((60, 2)), np.full(60, 0.01)
    stands = standing(seen_odds([track, track], seen, scale, soles, times), soles)
    assert stands[:, 0].all() and stands[:24, 1].all() and stands[37:, 1].all()
    assert not stands[27:33, 1].any()


def test_landmarks_that_leap_to_somebody_else_and_back_do_not_take_the_person_along(film):
    """Landmarks of a bystander in three frames: nobody moves by a meter and back in a tenth of a second."""
    seen = noisy(film.observations, 1.0, 0.02)
    pixels = seen.keypoints2d.copy()
    pixels[50:53] += np.float32([120, 0])
    motion = only(solve(film.take(replace(seen, keypoints2d=pixels)), rest_joints=film.skeleton))
    usual = only(solve(film.take(seen), rest_joints=film.skeleton))
    assert np.linalg.norm(motion.root - usual.root, axis=1).max() < 0.25


def test_contacts_can_be_switched_off(film):
    take = solve(film.take(contacts=False), rest_joints=film.skeleton)
    assert not only(take).contacts.any()
    assert error_mm(joints_camera(take, only(take)), film.truth.camera_joints(0)) < 40


def test_smoothing_calms_noise_and_its_strength_is_the_users(film):
    seen = noisy(film.observations, pixels=2.0, meters=0.03)
    raw, half, full = (
        only(solve(film.take(seen, strength=s, contacts=False, keep_impacts=False), rest_joints=film.skeleton))
        for s in (0.0, 0.4, 1.0)
    )
    assert jerk(full) < jerk(half) < jerk(raw)
    assert jerk(full) < 0.1 * jerk(raw)
    turns = angle_between(full.rotations[1:], full.rotations[:-1])
    assert (turns > np.radians(45)).sum() == 0


def test_noise_costs_little_accuracy(film):
    seen = noisy(film.observations, pixels=2.0, meters=0.03)
    take = solve(film.take(seen), rest_joints=film.skeleton)
    assert error_mm(joints_camera(take, only(take)), film.truth.camera_joints(0)) < 50


def test_short_gaps_are_filled_and_long_ones_stay_gaps(film):
    seen = film.rows([*range(20), *range(28, 50), *range(90, 120)])
    take = solve(film.take(seen, max_gap=0.5, gaps="interpolate"), rest_joints=film.skeleton)
    motion = only(take)
    assert_sound(motion)
    np.testing.assert_array_equal(motion.frame_index, np.arange(120))
    assert motion.valid[:50].all() and not motion.valid[50:90].any() and motion.valid[90:].all()
    found, true = joints_camera(take, motion), film.truth.camera_joints(0)
    assert error_mm(found[20:28], true[20:28]) < 90
    np.testing.assert_array_equal(motion.rotations[50:90], np.broadcast_to(motion.rotations[49], (40, 24, 4)))
    none = film.take(seen, max_gap=0.0, gaps="interpolate")
    assert not only(solve(none, rest_joints=film.skeleton)).valid[20:28].any()


def test_a_cut_is_not_smoothed_over(film):
    index = np.array([*range(40), *range(95, 120)])
    take = film.take(replace(film.rows(index), frame_index=np.arange(65, dtype=np.int32)))
    cut = replace(take, footage=replace(take.footage, cuts=(40,)))
    beside_cut, true = slice(38, 42), film.truth.camera_joints(0)[index]
    errors = []
    for known in (cut, take):
        solved = solve(known, rest_joints=film.skeleton)
        assert only(solved).valid.all()
        errors.append(error_mm(joints_camera(solved, only(solved))[beside_cut], true[beside_cut]))
    assert errors[0] < 45 and errors[0] < 0.7 * errors[1]


def test_numbers_that_are_none_count_as_not_seen(film):
    seen = replace(film.observations, keypoints2d=film.observations.keypoints2d.copy())
    seen.keypoints2d[30:33, 5] = np.nan
    take = solve(film.take(seen), rest_joints=film.skeleton)
    assert_sound(only(take))
    assert error_mm(joints_camera(take, only(take)), film.truth.camera_joints(0)) < 40
    seen.keypoints2d[:] = np.inf
    assert solve(film.take(seen), rest_joints=film.skeleton).characters == ()


@pytest.mark.parametrize("rows", [[40], [40, 41], [40, 41, 42], [40, 47]])
def test_stills_and_very_short_clips(film, rows):
    take = solve(film.take(film.rows(rows)), rest_joints=film.skeleton)
    motion = only(take)
    assert_sound(motion)
    assert len(motion.frame_index) == rows[-1] - rows[0] + 1
    found = joints_camera(take, motion)
    assert error_mm(found, film.truth.camera_joints(0)[motion.frame_index]) < 60
    assert -0.05 < motion.joints()[..., 2].min() < 0.1


def test_nobody_is_no_error(film):
    take = solve(replace(film.take(), people=()))
    assert take.people == () and take.camera is not None


def test_hidden_legs_do_not_explode(film):
    rng = np.random.default_rng(3)
    seen = replace(
        film.observations,
        keypoints2d=film.observations.keypoints2d.copy(),
        keypoints3d=film.observations.keypoints3d.copy(),
        visibility=film.observations.visibility.copy(),
    )
    legs = np.arange(25, 33)
    seen.visibility[:, legs] = 0.01
    seen.keypoints2d[:, legs] = rng.uniform(0, 2 * SIZE, (120, 8, 2))
    seen.keypoints3d[:, legs] = rng.normal(0, 0.5, (120, 8, 3))
    take = solve(film.take(seen), rest_joints=film.skeleton)
    motion = only(take)
    assert_sound(motion)
    assert not motion.contacts.any()  # feet that nobody sees hold nothing
    found, true = joints_camera(take, motion), film.truth.camera_joints(0)
    upper = [12, 15, 16, 17, 18, 19, 20, 21]
    away = (found[:, upper] - found[:, [9]]) - (true[:, upper] - true[:, [9]])
    assert np.linalg.norm(away, axis=-1).mean() < 0.06
    knees = np.degrees(angle_between(motion.rotations[:, [4, 5]], np.array([1.0, 0, 0, 0])))
    assert np.percentile(knees, 90) < 100
    assert (angle_between(motion.rotations[1:], motion.rotations[:-1]) > np.radians(45)).sum() == 0


def test_variable_frame_rate_is_solved_at_the_true_times(film):
    rng = np.random.default_rng(1)
    keep = np.sort(rng.choice(np.arange(1, 119), 88, replace=False))
    keep = np.array([0, *keep, 119])
    seen = replace(film.rows(keep), frame_index=np.arange(90, dtype=np.int32))
    take = film.take(seen)
    times = film.truth.times[keep]
    take = replace(take, footage=replace(take.footage, times=times, source_frames=np.arange(90, dtype=np.int32)))
    solved = solve(take, rest_joints=film.skeleton)
    assert error_mm(joints_camera(solved, only(solved)), film.truth.camera_joints(0)[keep]) < 40


def test_people_of_a_scene_stand_on_one_floor_whatever_heights_are_set(film):
    aside = replace(film.observations, keypoints2d=film.observations.keypoints2d + np.float32([60, 0]))
    take = film.take()
    crowd = (replace(take.people[0], height=1.74), Person(2, "Person 2", aside, height=1.5))
    solved = solve(replace(take, people=crowd), rest_joints=film.skeleton)
    lowest = [person.motion.joints()[:, [10, 11], 2].min(axis=1) for person in solved.people]
    for heights in lowest:
        assert abs(np.median(heights) - 0.028) < 0.03
    tall = [person.motion.joints()[0, :, 2].max() for person in solved.people]
    assert tall[1] / tall[0] == pytest.approx(1.5 / 1.74, abs=0.06)


@pytest.mark.parametrize("height", [1.0, 1.2, 2.2])
def test_height_scales_the_world_and_changes_nothing_else(film, solved, height):
    other = solve(film.take(height=height), rest_joints=film.skeleton)
    motion, usual, scale = only(other), only(solved), height / float(film.truth.heights[0])
    assert angle_between(motion.rotations, usual.rotations).max() < 1e-3
    np.testing.assert_allclose(motion.joints(), usual.joints() * scale, atol=1e-3)
    np.testing.assert_allclose(other.camera.position, solved.camera.position * scale, atol=1e-3)
    np.testing.assert_array_equal(motion.contacts, usual.contacts)


def test_field_of_view_comes_from_the_user_else_the_file_else_a_default(film):
    take = film.take(film.rows([10, 11]))
    filmed = replace(take, footage=replace(take.footage, fov=np.radians(63)))
    unset = with_values(take.solve, {"fov": 0.0})
    fovs = [
        solve(t, rest_joints=film.skeleton).camera.fov
        for t in (filmed, replace(filmed, solve=unset), replace(take, solve=unset))
    ]
    np.testing.assert_allclose(np.degrees(fovs), [film.truth.fov_deg, 63, 50], atol=1e-6)


def test_camera_can_be_left_level_and_turned_by_hand(film, solved):
    level = solve(film.take(level=False), rest_joints=film.skeleton)
    assert abs(looks_down(level)) < 1e-3
    tilted = solve(film.take(tilt=10.0), rest_joints=film.skeleton)
    assert looks_down(tilted) - looks_down(solved) == pytest.approx(10, abs=1.5)
    rolled = matrix_from_quat(solve(film.take(level=False, roll=30.0), rest_joints=film.skeleton).camera.rotation[0])
    assert np.degrees(np.arcsin(abs(rolled[2, 0]))) == pytest.approx(30, abs=1e-3)


def test_somebody_who_lies_is_not_stood_up(film):
    seen = film.rows(range(30))
    quarter = np.float32([[0, -1], [1, 0]])  # the picture turned: feet to the right
    lying = replace(
        seen,
        keypoints2d=(seen.keypoints2d - SIZE / 2) @ quarter.T + SIZE / 2,
        keypoints3d=np.concatenate([seen.keypoints3d[..., :2] @ quarter.T, seen.keypoints3d[..., 2:]], axis=-1),
    )
    take = solve(film.take(lying), rest_joints=film.skeleton)
    joints = only(take).joints()
    assert abs(looks_down(take)) < 1 and np.ptp(joints[..., 2], axis=1).max() < 1.0
    assert -0.15 < np.median(joints[..., 2].min(axis=1)) < 0.3


def test_solving_is_a_pure_function_and_tells_its_progress(film, solved):
    take = film.take()
    before = [array.copy() for array in vars(take.people[0].observations).values() if array is not None]
    told: list[float] = []
    again = solve(take, told.append, rest_joints=film.skeleton)
    after = [array for array in vars(take.people[0].observations).values() if array is not None]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)
    np.testing.assert_array_equal(only(again).rotations, only(solved).rotations)
    assert told == sorted(told) and len(set(told)) > 10 and told[0] > 0 and told[-1] == 1
    resolved = solve(solved, rest_joints=film.skeleton)
    np.testing.assert_array_equal(only(resolved).rotations, only(solved).rotations)


def test_solving_can_be_stopped_at_any_time(film):
    """Progress is told in the last steps too, and whatever it raises ends the solve."""

    class Stop(Exception):
        pass

    for moment in (0.0, 0.5, 0.9):

        def stop(share: float, moment: float = moment) -> None:
            if share > moment:
                raise Stop

        with pytest.raises(Stop):
            solve(film.take(), stop, rest_joints=film.skeleton)


def test_senseless_settings_are_refused(film):
    with pytest.raises(SettingsError):
        solve(film.take(height=9.0), rest_joints=film.skeleton)


def test_long_takes_are_solved_in_windows_without_seams(film):
    there = np.arange(120)
    loop = np.resize(np.concatenate([there, there[-2:0:-1]]), 1300)
    frames = np.arange(1300, dtype=np.int32)
    seen = replace(noisy(pick(film.observations, loop), 1.0, 0.02), frame_index=frames)
    take = film.take(seen)
    take = replace(take, footage=replace(take.footage, times=frames / 30.0, source_frames=frames))
    solved = solve(take, rest_joints=film.skeleton)
    motion = only(solved)
    assert_sound(motion)
    assert error_mm(joints_camera(solved, motion), film.truth.camera_joints(0)[loop]) < 45
    turns = np.degrees(angle_between(motion.rotations[1:], motion.rotations[:-1]))
    assert turns.max() < 45
    dots = (motion.rotations[1:] * motion.rotations[:-1]).sum(axis=-1)
    assert dots.min() > 0  # one continuous sign


def test_quick_pose_is_near_the_truth(film):
    rest = film.rest
    center = np.array([SIZE, SIZE]) / 2
    seen, errors = film.observations, []
    for row in range(0, 120, 10):
        rotations, root = quick_pose(
            seen.keypoints2d[row],
            seen.visibility[row],
            seen.keypoints3d[row],
            film.truth.intrinsics[0, 0],
            center,
            rest,
        )
        assert rotations.shape == (24, 4) and root.shape == (3,)
        true = film.truth.camera_joints(0)[row]
        errors.append(error_mm(posed(rotations, root, rest)[None], true[None]))
        assert np.linalg.norm(root - true[0]) < 0.25
    assert np.mean(errors) < 50
