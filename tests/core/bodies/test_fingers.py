"""The embedded body with fingers: joints in SMPL-H order, straight at rest, and skin that follows them."""

import numpy as np

from romp_core.bodies.build import SLIDERS, built_fingers, shape_keys
from romp_core.bodies.embedded import load_body, load_body_with_fingers
from romp_core.geometry.fingers import FINGER_NAMES, FINGERS, N_FINGERS, all_rest_joints, pose_with_fingers, split_rest
from romp_core.geometry.rotations import matrix_from_quat, normalize, quat_from_rotvec
from romp_core.geometry.skeleton import JOINT
from romp_core.geometry.skinning import blend_motions, rigid_motions


def test_finger_joints_are_those_of_smpl_h() -> None:
    assert FINGERS[:4] == ("left_index1", "left_index2", "left_index3", "left_middle1")
    assert FINGERS[12] == "left_thumb1" and FINGERS[15] == "right_index1" and len(FINGERS) == N_FINGERS == 30


def test_fingers_are_straight_and_palms_down_at_rest() -> None:
    joints, tips = split_rest(load_body_with_fingers().finger_points)
    for side, outwards in ((0, 1.0), (1, -1.0)):
        for finger, name in enumerate(FINGER_NAMES):
            bones = normalize(np.diff([*joints[side, finger], tips[side, finger]], axis=0))
            np.testing.assert_allclose(bones, bones[[0, 0, 0]], atol=1e-3)
            if name != "thumb":
                assert bones[0, 0] * outwards > 0.98 and abs(bones[0, 1]) < 0.01
        knuckles = joints[side, :4, 0]
        assert np.ptp(knuckles[[FINGER_NAMES.index("index"), FINGER_NAMES.index("pinky")], 1]) < 0.001
    np.testing.assert_allclose(joints[0] * [-1, 1, 1], joints[1], atol=2e-4)


def test_without_fingers_the_body_is_as_ever() -> None:
    plain, body = load_body(), load_body_with_fingers()
    assert not plain.has_fingers and body.has_fingers
    assert plain.all_weights.shape[1] == 24 and body.all_weights.shape[1] == 54
    np.testing.assert_allclose(body.all_weights.sum(axis=1), 1, atol=1e-5)
    moved = np.linalg.norm(body.vertices - plain.vertices, axis=1) > 1e-6
    wrist = body.joints[JOINT["left_wrist"], 0]
    assert moved.any() and (np.abs(plain.vertices[moved, 0]) > wrist - 0.08).all()
    np.testing.assert_allclose(body.joint_weights, plain.joint_weights, atol=0.02)


def test_skin_follows_a_bent_finger() -> None:
    body = load_body_with_fingers().scaled(1.8)
    fingers = np.tile([1.0, 0.0, 0.0, 0.0], (30, 1))
    fingers[FINGERS.index("left_index1")] = quat_from_rotvec([0.0, 0.0, -np.pi / 2])  # down, towards the palm
    still = np.tile([1.0, 0.0, 0.0, 0.0], (24, 1))
    positions, turns, tips = pose_with_fingers(still, fingers, np.zeros(3), body.joints, body.finger_points)
    rest = all_rest_joints(body.joints, body.finger_points)
    posed = blend_motions(body.vertices, body.all_weights, rigid_motions(matrix_from_quat(turns), positions, rest[:54]))
    down = body.vertices[:, 1] - posed[:, 1]
    owned = body.all_weights[:, 24 + FINGERS.index("left_index3")] > 0.9
    assert owned.sum() > 20 and down[owned].min() > 0.04
    assert np.abs(posed - body.vertices)[body.all_weights[:, 24 + FINGERS.index("right_index3")] > 0.5].max() < 1e-6
    assert rest[54][1] - tips[0][1] > 0.07


def test_builds_have_hands_of_their_size() -> None:
    build = np.zeros(len(SLIDERS))
    build[1] = 1.0  # a child
    child, adult = built_fingers(build, 1.2), built_fingers(np.zeros(0), 1.8)
    body = load_body_with_fingers().shaped(shape_keys(build)).scaled(1.2)
    np.testing.assert_allclose(child, body.finger_points, atol=1e-5)
    assert 0.5 < np.abs(child).max() / np.abs(adult).max() < 0.85
