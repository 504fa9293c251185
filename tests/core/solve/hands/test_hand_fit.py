"""Hands whose motion is known: what the points of the network show comes back as angles, and what is gone relaxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from romp_core.bodies.build import built_fingers
from romp_core.geometry.fingers import ALL_JOINTS, FINGERS, pose_with_fingers
from romp_core.geometry.rotations import angle_between, matrix_from_rotvec, quat_from_matrix, quat_multiply
from romp_core.solve.hands.angles import ANGLES, HIGHEST, LOWEST, N_ANGLES, RELAXED
from romp_core.solve.hands.evidence import hand_evidence
from romp_core.solve.hands.hand_fit import fit_hand
from romp_core.solve.hands.joining import join_hands
from romp_core.solve.hands.solved_hands import HandTracks
from romp_core.solve.hands.tracks import hand_tracks
from romp_core.solve.segments import segments
from romp_core.take.observations import Observations
from romp_core.take.take import FootageInfo
from tests.core.solve.hands.moving_hand import COUNT, FPS, OPTICS, model_of, moving_hand, seen
from tests.core.synthetic import make_motion


@pytest.mark.parametrize("side", [0, 1])
def test_angles_and_wrist_come_back(side):
    model, hand = model_of(side), moving_hand(side)
    found = fit_hand(model, seen(model, hand), OPTICS, 1 / FPS)
    bent = [index for index, (_, kind) in enumerate(ANGLES) if kind in ("mcp", "pip", "dip")]
    assert np.degrees(np.abs(found.angles - hand[2])[:, bent]).mean() < 3
    assert np.degrees(angle_between(quat_from_matrix(found.turn), quat_from_matrix(hand[1]))).mean() < 3
    assert np.abs(found.wrist - hand[0]).max() < 0.06


def test_a_hand_is_not_bent_past_its_limits():
    model, hand = model_of(0), moving_hand(0)
    noisy = seen(model, hand)
    shaken = noisy.pixels + np.random.default_rng(0).normal(0, 15, noisy.pixels.shape)
    found = fit_hand(model, replace(noisy, pixels=shaken), OPTICS, 1 / FPS)
    slack = np.radians(3.1)
    assert (found.angles > LOWEST - slack).all() and (found.angles < HIGHEST + slack).all()


def test_derivatives_are_those_of_the_points():
    model, (wrist, turn, angles) = model_of(1), moving_hand(1)
    posed, step = model.pose(wrist, turn, angles), 1e-6
    for parameter in range(6 + N_ANGLES):
        moved = [wrist.copy(), turn, angles.copy()]
        if parameter < 3:
            moved[0][:, parameter] += step
        elif parameter < 6:
            moved[1] = matrix_from_rotvec(np.eye(3)[parameter - 3] * step) @ turn
        else:
            moved[2][:, parameter - 6] += step
        numeric = (model.pose(*moved).points - posed.points) / step
        np.testing.assert_allclose(posed.derivatives[..., parameter], numeric, atol=1e-4)


def observed(weights: np.ndarray, side: int = 0) -> Observations:
    """A person whose hand is seen where the weights say so; landmarks of the body play no part."""
    model = model_of(side)
    hand = seen(model, moving_hand(side))
    points, world = np.zeros((COUNT, 2, 21, 3)), np.zeros((COUNT, 2, 21, 3))
    presence, right, sharpness = (np.zeros((COUNT, 2)) for _ in range(3))
    points[:, side, :, :2], world[:, side] = hand.pixels, hand.world
    presence[:, side], right[:, side], sharpness[:, side] = weights, side, 100.0
    nothing = np.zeros((COUNT, 33, 3))
    return Observations(
        np.arange(COUNT, dtype=np.int32),
        np.ones(COUNT),
        nothing[..., :2],
        nothing[..., 0],
        nothing,
        hand_points=points,
        hand_world=world,
        hand_presence=presence,
        hand_right=right,
        hand_sharpness=sharpness,
    )


def tracks_of(observations: Observations) -> HandTracks:
    footage = FootageInfo("", 640, 480, FPS, np.arange(COUNT) / FPS, np.arange(COUNT, dtype=np.int32))
    parts = tuple(segments(observations, footage, 0.5))
    return hand_tracks(observations, parts, built_fingers(np.zeros(0), 1.8), OPTICS, footage)


def from_relaxed(tracks: HandTracks, side: int = 0) -> np.ndarray:
    """Degrees (m,) by which the fingers of a hand differ from relaxed ones, on average."""
    relaxed = quat_from_matrix(model_of(side).rotations(RELAXED[None]))[0]
    fingers = tracks.fingers[:, 15 * side : 15 * side + 15]
    return np.degrees(angle_between(fingers, relaxed)).mean(axis=1)


def test_a_hand_that_is_gone_relaxes_within_three_tenths_of_a_second():
    weights = np.ones(COUNT)
    weights[30:55] = 0.0  # it is a fist when it goes
    tracks = tracks_of(observed(weights))
    away = from_relaxed(tracks)
    assert away[28] > 15
    assert away[30 + 9 : 55 - 9].max() < 2
    assert (tracks.confidence[30:55, 0] == 0).all() and (tracks.confidence[:30, 0] > 0).all()
    assert np.degrees(angle_between(tracks.fingers[1:], tracks.fingers[:-1])).max() < 15


def test_a_short_gap_is_bridged():
    weights = np.ones(COUNT)
    weights[20:26] = 0.0
    whole, bridged = tracks_of(observed(np.ones(COUNT))), tracks_of(observed(weights))
    off = np.degrees(angle_between(whole.fingers, bridged.fingers))[:, :15]
    assert off.mean(axis=1).max() < 9 and off.max() < 20


def test_a_hand_that_flickers_up_for_a_frame_is_none():
    weights = np.zeros(COUNT)
    weights[30] = 1.0
    tracks = tracks_of(observed(weights))
    assert from_relaxed(tracks).max() < 1e-3 and not tracks.confidence.any() and not tracks.wrist_share.any()


@pytest.mark.parametrize(("size", "low", "high"), [(60, 0.99, 1.0), (30, 0.45, 0.55), (15, 0.0, 0.0)])
def test_small_hands_fade(size, low, high):
    observations = observed(np.ones(COUNT))
    points = observations.hand_points.copy()
    middle = points[:, :, :1]
    now = np.ptp(points[:, 0, :, :2], axis=1).max(axis=-1)
    points = middle + (points - middle) * (size / now)[:, None, None, None]
    footage = FootageInfo("", 640, 480, FPS, np.arange(COUNT) / FPS, np.arange(COUNT, dtype=np.int32))
    found = hand_evidence(replace(observations, hand_points=points), 0, footage)
    assert low <= found.fade.min() and found.fade.max() <= high


def test_the_other_hand_and_smears_count_little():
    for right, presence in ((0.95, 1.0), (0.6, 1.0), (0.0, 0.6)):
        observations = observed(np.full(COUNT, presence))
        wrong = replace(observations, hand_right=np.full((COUNT, 2), right))
        footage = FootageInfo("", 640, 480, FPS, np.arange(COUNT) / FPS, np.arange(COUNT, dtype=np.int32))
        assert hand_evidence(wrong, 0, footage).weight.max() <= 0.1


def test_wrists_turn_as_their_hands_and_forearms_take_half_of_the_twist():
    times = np.arange(COUNT) / FPS
    motion = make_motion(times, np.arange(COUNT))
    footage = FootageInfo("", 640, 480, FPS, times, np.arange(COUNT, dtype=np.int32))
    rest = built_fingers(np.zeros(0), 1.8)
    fingers = np.tile([1.0, 0.0, 0.0, 0.0], (COUNT, 30, 1))
    before = pose_with_fingers(motion.rotations, fingers, motion.root, motion.rest_joints, rest)[1]
    wrists = np.stack([before[:, ALL_JOINTS.index(f"{side}_wrist")] for side in ("left", "right")], axis=1)
    twist = matrix_from_rotvec(np.radians([60.0, 0.0, 0.0])) @ matrix_from_rotvec(np.radians([0.0, 20.0, 0.0]))
    wanted = quat_multiply(wrists, quat_from_matrix(twist))
    one = np.ones((COUNT, 2))
    joined = join_hands(motion, HandTracks(fingers, wanted, one, one, rest), footage)
    after = pose_with_fingers(joined.rotations, joined.fingers, joined.root, joined.rest_joints, rest)
    for side, name in enumerate(("left", "right")):
        wrist, elbow = ALL_JOINTS.index(f"{name}_wrist"), ALL_JOINTS.index(f"{name}_elbow")
        assert np.degrees(angle_between(after[1][:, wrist], wanted[:, side])).max() < 0.1
        assert np.degrees(angle_between(after[1][:, elbow], before[:, elbow])) == pytest.approx(30, abs=6)
    np.testing.assert_allclose(joined.joints()[:, :22], motion.joints()[:, :22], atol=1e-5)
    assert joined.has_fingers and joined.finger_points().shape == (COUNT, 40, 3) and len(FINGERS) == 30
