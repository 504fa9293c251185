"""Poses as VMC messages: the program that reads them shows the same joints."""

import numpy as np
import pytest

from romp_core.bodies.build import built_fingers
from romp_core.formats import vmc
from romp_core.geometry.face_units import FACE_UNIT
from romp_core.geometry.fingers import ALL_JOINTS, pose_with_fingers
from romp_core.geometry.rotations import quat_from_rotvec
from romp_core.geometry.skeleton import forward_kinematics
from tests.core import osc, vmc_receiver
from tests.core.synthetic import REST as REST_JOINTS


def posed(seed):
    rng = np.random.default_rng(seed)
    return quat_from_rotvec(rng.normal(size=(24, 3)) * 0.6), rng.normal(size=3), REST_JOINTS


def read(bundles):
    return [message for bundle in bundles for message in osc.messages(bundle.dgram)]


@pytest.mark.parametrize("seed", range(5))
def test_a_receiver_reconstructs_the_joints(seed):
    rotations, root, rest = posed(seed)
    sent = read(vmc.bundles(1.5, vmc.unity_pose(rotations, root, rest)))
    bones = {values[0]: values[1:] for address, values in sent if address == "/VMC/Ext/Bone/Pos"}
    assert set(bones) == set(vmc_receiver.JOINTS)
    expected = forward_kinematics(rotations, root, rest)[0]
    for name, position in vmc_receiver.world_joints(bones).items():
        assert np.abs(position - expected[vmc_receiver.JOINTS[name]]).max() < 1e-5


def test_a_receiver_reconstructs_the_fingers():
    rotations, root, rest = posed(3)
    fingers = quat_from_rotvec(np.random.default_rng(4).normal(size=(30, 3)) * 0.5)
    rest_fingers = built_fingers(np.zeros(0), 1.8)
    sent = read(vmc.bundles(1.5, vmc.unity_pose(np.concatenate([rotations, fingers]), root, rest, rest_fingers)))
    bones = {values[0]: values[1:] for address, values in sent if address == "/VMC/Ext/Bone/Pos"}
    places = vmc_receiver.world_joints(bones)
    expected = pose_with_fingers(rotations, fingers, root, rest, rest_fingers)[0]
    names = {"Index": "index", "Middle": "middle", "Ring": "ring", "Little": "pinky", "Thumb": "thumb"}
    for side in ("Left", "Right"):
        for finger, own in names.items():
            for number, part in enumerate(("Proximal", "Intermediate", "Distal"), 1):
                joint = ALL_JOINTS.index(f"{side.lower()}_{own}{number}")
                assert np.abs(places[f"{side}{finger}{part}"] - expected[joint]).max() < 1e-5
    assert len(bones) == len(vmc_receiver.JOINTS) + 30


def test_an_expression_is_sent_under_arkits_names():
    face = np.zeros(52, np.float32)
    face[FACE_UNIT["jawOpen"]] = 0.75
    sent = read(vmc.bundles(1.5, vmc.unity_pose(*posed(2)), face))
    shown = {values[0]: values[1] for address, values in sent if address == "/VMC/Ext/Blend/Val"}
    assert len(shown) == 52 and shown["JawOpen"] == 0.75 and shown["EyeBlinkLeft"] == 0
    assert sent[-1] == ("/VMC/Ext/Blend/Apply", [])


def test_somebody_who_stands_at_rest_faces_front_in_unity():
    from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST_QUAT

    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (24, 1))
    rotations[0] = WORLD_FROM_SMPL_REST_QUAT
    positions, turns = vmc.unity_pose(rotations, np.array([0.5, -2.0, 0.9]), REST_JOINTS)
    assert positions[0] == pytest.approx([-0.5, 0.9, 2.0]), "x mirrored, y up, forward +z"
    assert positions[1][0] < 0, "the left hip is at -x"
    assert np.abs(turns - [0, 0, 0, 1]).max() < 1e-9, "a T-pose has no rotations"


def test_messages_are_those_of_the_protocol_and_fit_into_packets():
    bundles = list(vmc.bundles(2.25, vmc.unity_pose(*posed(1))))
    assert max(len(bundle.dgram) for bundle in bundles) <= vmc.LARGEST_BYTES
    sent = read(bundles)
    assert sent[:3] == [
        ("/VMC/Ext/OK", [1]),
        ("/VMC/Ext/T", [2.25]),
        ("/VMC/Ext/Root/Pos", ["root", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
    ]
    assert [address for address, _ in sent[3:]] == ["/VMC/Ext/Bone/Pos"] * 22
    assert all(len(values) == 8 for _, values in sent[3:])


def test_while_nobody_is_seen_only_the_time_goes_on():
    assert [address for address, _ in read(vmc.bundles(0.5, None))] == ["/VMC/Ext/OK", "/VMC/Ext/T"]
