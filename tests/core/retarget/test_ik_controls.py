"""IK controls do what the FK bones do."""

import numpy as np

from romp_core.geometry.rotations import normalize, quat_conjugate, quat_multiply
from romp_core.retarget.mapping import IkLimb, RigMapping
from romp_core.retarget.rig import Rig
from romp_core.retarget.transfer import Target
from tests.core.retarget.walkers import FPS, OWN, bent, character, frame, walk

POLE_M = 0.6


def with_controls() -> Target:
    """A rig with an IK control for a foot, another one for its toes, and a pole in front of the knee."""
    plain = character(bent({"left_knee": (8, 0, 0)})).rig
    rng = np.random.default_rng(4)
    controls = {
        "foot_ik": plain.heads[plain.index["left_ankle"]],
        "toe_ik": plain.heads[plain.index["left_foot"]],
        "pole": plain.heads[plain.index["left_knee"]] + [0.0, -POLE_M, 0.0],
    }
    added = np.array([frame(np.array([0.0, -1.0, 0.2]), rng) for _ in controls])
    added[:, :3, 3] = list(controls.values())
    count, root = len(plain.names), plain.index["root"]
    rig = Rig(
        (*plain.names, *controls),
        np.array([*plain.parents, root, count, root]),
        np.concatenate([plain.rest, added]),
        np.concatenate([plain.lengths, [0.1] * 3]),
        np.ones(count + 3, bool),
    )
    limb = IkLimb("left_ankle", "foot_ik", pole="pole", tip="toe_ik")
    return Target(rig, RigMapping(OWN.bones, "root", ik=(limb,)), {}, np.zeros(3))


def test_the_foot_s_controls_stay_with_foot_and_toes() -> None:
    target = with_controls()
    pose = target.retarget(walk(), FPS, ik=True).pose
    np.testing.assert_allclose(pose.heads["foot_ik"], pose.heads["left_ankle"], atol=1e-9)
    for bone, control in (("left_ankle", "foot_ik"), ("left_foot", "toe_ik")):
        between = quat_multiply(quat_conjugate(pose.orientations[bone]), pose.orientations[control])
        assert np.abs(np.abs(between @ between[0]) - 1).max() < 1e-9
    assert "toe_ik" not in pose.locations


def test_the_pole_lies_in_the_plane_of_the_leg_in_front_of_the_knee() -> None:
    target = with_controls()
    pose = target.retarget(walk(), FPS, ik=True).pose
    hip, knee, ankle, pole = (pose.heads[name] for name in ("left_hip", "left_knee", "left_ankle", "pole"))
    np.testing.assert_allclose(np.linalg.norm(pole - knee, axis=1), POLE_M, atol=1e-9)
    along = normalize(ankle - hip)
    bend = (knee - hip) - along * np.sum((knee - hip) * along, axis=1, keepdims=True)
    bent_rows = np.linalg.norm(bend, axis=1) > 0.02
    assert bent_rows.sum() > 20
    aside = np.linalg.norm(np.cross(normalize(bend), normalize(pole - knee)), axis=1)
    assert np.degrees(np.arcsin(aside[bent_rows])).max() < 3
    assert (np.sum(bend * (pole - knee), axis=1)[bent_rows] > 0).all()
    assert (np.abs(np.sum((pole - knee) * along, axis=1)) < 1e-9).all()
