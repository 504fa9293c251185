"""Faces whose motion is known: what the network shows of them comes back, and what is gone relaxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from romp_core.geometry.face_units import FACE_UNIT
from romp_core.geometry.rotations import angle_between, matrix_from_rotvec, quat_from_matrix, quat_multiply
from romp_core.geometry.skeleton import JOINT, forward_kinematics
from romp_core.solve.face.face_model import UNOBSERVABLE
from romp_core.solve.face.joining import join_face
from romp_core.solve.face.solved_face import FaceTrack
from romp_core.solve.face.tracks import face_track
from romp_core.solve.segments import segments
from romp_core.take.observations import Observations
from romp_core.take.settings.face import FaceSettings
from tests.core.solve.face.synthetic_faces import FACING, OPTICS, coefficients_of, footage_of, observed
from tests.core.synthetic import make_motion

COUNT = 90
TIMES = np.arange(COUNT) / 30.0


def bump(start: int, stop: int, count: int = COUNT) -> np.ndarray:
    """0, and 1 between these frames, with soft edges."""
    at = np.arange(count)
    return np.clip(np.minimum(at - start + 4, stop + 4 - at) / 4.0, 0, 1)


def tracked(observations: Observations, settings: FaceSettings | None = None, fps: float = 30.0) -> FaceTrack:
    footage = footage_of(len(observations.frame_index), fps)
    parts = tuple(segments(observations, footage, 0.5))
    return face_track(observations, parts, OPTICS, footage, settings or FaceSettings())


def value(track: FaceTrack, name: str) -> np.ndarray:
    return track.coefficients[:, FACE_UNIT[name]]


def test_a_smile_and_an_open_mouth_come_back():
    smile, jaw = 0.9 * bump(20, 30), 0.7 * bump(50, 60)
    track = tracked(observed(coefficients_of(COUNT, mouthSmileLeft=smile, mouthSmileRight=smile, jawOpen=jaw)))
    for name, true in (("mouthSmileLeft", smile), ("mouthSmileRight", smile), ("jawOpen", jaw)):
        assert np.corrcoef(value(track, name), true)[0, 1] > 0.98
        assert value(track, name).max() == pytest.approx(true.max(), abs=0.15)
    others = np.delete(
        track.coefficients, [FACE_UNIT[name] for name in ("mouthSmileLeft", "mouthSmileRight", "jawOpen")], 1
    )
    assert others.mean() < 0.02
    assert (track.confidence > 0.9).all()
    assert not track.coefficients[:, [FACE_UNIT[name] for name in UNOBSERVABLE]].any()


@pytest.mark.parametrize("fps", [24.0, 60.0])
def test_blinks_of_three_frames_keep_their_height(fps):
    blink = np.zeros(COUNT)
    for middle in (20, 40, 60):
        blink[middle - 1 : middle + 2] = 0.6, 1.0, 0.6
    track = tracked(observed(coefficients_of(COUNT, eyeBlinkLeft=blink, eyeBlinkRight=blink)), fps=fps)
    raw = tracked(observed(coefficients_of(COUNT, eyeBlinkLeft=np.ones(COUNT) * (np.arange(COUNT) > 60))))
    full = np.median(value(raw, "eyeBlinkLeft")[70:])
    assert value(track, "eyeBlinkLeft")[[20, 40, 60]].min() > 0.9 * full


def test_the_head_turns_as_it_does_whatever_the_face_shows():
    smile = 0.9 * bump(20, 70)
    rotvecs = np.radians(np.stack([8 * np.sin(TIMES * 3), 20 * np.sin(TIMES * 2), 0 * TIMES], axis=1))
    track = tracked(observed(coefficients_of(COUNT, mouthSmileLeft=smile, mouthSmileRight=smile), rotvecs))
    true = quat_from_matrix(FACING @ matrix_from_rotvec(rotvecs))
    assert np.degrees(angle_between(track.turns, true)).mean() < 1
    assert track.turn_share.min() > 0.95


def test_a_face_that_is_gone_relaxes_within_three_tenths_of_a_second():
    presence = np.ones(COUNT)
    presence[30:60] = 0
    smile = 0.9 * bump(20, 70)
    track = tracked(observed(coefficients_of(COUNT, mouthSmileLeft=smile), presence=presence))
    smiling = value(track, "mouthSmileLeft")
    assert smiling[28] > 0.6
    assert smiling[30 + 9 : 60 - 9].max() < 0.02 and not track.turn_share[30 + 6 : 60 - 6].any()
    assert (track.confidence[30:60] == 0).all() and (track.confidence[:30] > 0).all()
    assert np.abs(np.diff(smiling)).max() < 0.3


def test_a_short_gap_is_bridged():
    presence = np.ones(COUNT)
    presence[30:36] = 0
    smile = 0.9 * bump(20, 50)
    track = tracked(observed(coefficients_of(COUNT, mouthSmileLeft=smile), presence=presence))
    assert value(track, "mouthSmileLeft")[28:40].min() > 0.6


def test_a_face_that_is_never_there_is_at_rest():
    track = tracked(observed(coefficients_of(COUNT), presence=np.zeros(COUNT)))
    assert not track.coefficients.any() and not track.confidence.any() and not track.turn_share.any()


@pytest.mark.parametrize(("distance", "low", "high"), [(1.5, 0.6, 1.0), (3.1, 0.1, 0.6), (8.0, 0.0, 0.0)])
def test_small_faces_fade(distance, low, high):
    smile = 0.9 * bump(20, 70)
    track = tracked(observed(coefficients_of(COUNT, mouthSmileLeft=smile), distance_m=distance))
    assert low <= value(track, "mouthSmileLeft").max() <= high


def test_the_far_side_does_as_the_near_one_and_looks_fade_in_profile():
    rotvecs = np.zeros((COUNT, 3))
    rotvecs[:, 1] = np.radians(60) * bump(30, 85)
    smile, look = 0.8 * bump(45, 80), 0.8 * bump(45, 80)
    coefficients = coefficients_of(COUNT, mouthSmileRight=smile, eyeLookInRight=look, eyeLookOutLeft=look)
    track = tracked(observed(coefficients, rotvecs))
    late = slice(50, 75)
    np.testing.assert_allclose(value(track, "mouthSmileLeft")[late], value(track, "mouthSmileRight")[late], atol=0.05)
    assert value(track, "mouthSmileRight")[late].mean() > 0.5
    assert value(track, "eyeLookOutLeft")[late].max() < 0.05


def test_looks_are_held_while_the_eye_is_closed():
    look = 0.9 * bump(20, 70)
    blink = bump(40, 44)
    seen = look * (blink < 0.5)
    coefficients = coefficients_of(
        COUNT, eyeLookInLeft=seen, eyeLookOutRight=seen, eyeBlinkLeft=blink, eyeBlinkRight=blink
    )
    track = tracked(observed(coefficients))
    assert value(track, "eyeLookInLeft")[36:49].min() > 0.6 * value(track, "eyeLookInLeft")[30]


def test_the_user_says_where_the_face_is_at_rest_and_how_strongly_it_moves():
    smile = np.where(np.arange(COUNT) < 15, 0.0, 0.6) * np.ones(COUNT)
    seen = observed(coefficients_of(COUNT, mouthSmileLeft=smile, mouthSmileRight=smile))
    most = tracked(seen)
    assert value(most, "mouthSmileLeft")[30:].max() < 0.1, "a smile that is shown most counts as the face at rest"
    picked = tracked(seen, FaceSettings(neutral="time", neutral_time=0.1))
    assert value(picked, "mouthSmileLeft")[30:].mean() == pytest.approx(0.6, abs=0.12)
    weak = tracked(seen, FaceSettings(neutral="time", neutral_time=0.1, mouth=0.5))
    np.testing.assert_allclose(weak.coefficients, 0.5 * picked.coefficients, atol=0.02)


def test_a_face_at_rest_stays_so_however_much_its_points_tremble():
    for noise_m in (0.0005, 0.003):
        track = tracked(observed(coefficients_of(COUNT), noise_m=noise_m))
        assert track.coefficients.mean() < 0.01 and np.abs(np.diff(track.coefficients, axis=0)).mean() < 0.005


def test_a_single_image_is_at_rest():
    track = tracked(observed(coefficients_of(1, jawOpen=np.ones(1))))
    assert track.coefficients.shape == (1, 52) and track.coefficients.max() < 0.05 and track.turn_share[0] > 0.9


def test_bad_numbers_count_as_not_seen():
    seen = observed(coefficients_of(COUNT))
    assert seen.face_points is not None
    points = seen.face_points.copy()
    points[40:60] = np.nan
    track = tracked(replace(seen, face_points=points))
    assert np.isfinite(track.coefficients).all() and not track.confidence[42:58].any()


def test_head_and_neck_turn_as_the_face_does_and_the_rest_stays():
    motion = make_motion(TIMES, np.arange(COUNT))
    before = forward_kinematics(motion.rotations, motion.root, motion.rest_joints)[1]
    wanted = quat_multiply(before[:, JOINT["head"]], quat_from_matrix(matrix_from_rotvec(np.radians([0.0, 30.0, 0.0]))))
    share = np.where(np.arange(COUNT) < 45, 1.0, 0.0)
    joined = join_face(motion, FaceTrack(np.zeros((COUNT, 52)), share, wanted, share))
    after = forward_kinematics(joined.rotations, joined.root, joined.rest_joints)[1]
    assert np.degrees(angle_between(after[:45, JOINT["head"]], wanted[:45])).max() < 0.1
    assert np.degrees(angle_between(after[:45, JOINT["neck"]], before[:45, JOINT["neck"]])) == pytest.approx(15, abs=3)
    np.testing.assert_allclose(joined.rotations[45:], motion.rotations[45:], atol=1e-6)
    body = [joint for name, joint in JOINT.items() if name not in ("head", "neck")]
    np.testing.assert_allclose(joined.rotations[:, body], motion.rotations[:, body], atol=1e-6)
    assert joined.has_face and join_face(motion, None) is motion
