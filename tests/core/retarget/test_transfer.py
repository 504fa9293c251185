"""A walk on rigs of other rest poses, rolls, builds and sizes."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.errors import RetargetError
from romp_core.geometry.rotations import quat_conjugate, quat_multiply
from romp_core.geometry.skeleton import JOINTS
from romp_core.retarget.mapping import RigMapping
from romp_core.retarget.pose import RigPose, pose_from_keys
from romp_core.retarget.rig import Rig
from romp_core.retarget.transfer import Target
from tests.core.retarget.walkers import A_POSE, FPS, LIMBS, NEITHER, OWN, character, direction_errors, frame, walk


def keyed_heads(target: Target, pose: RigPose) -> dict[str, np.ndarray]:
    """Where the bones start when nothing but the keys is known."""
    return dict(pose_from_keys(target.rig, pose.rotations, pose.locations).heads)


def test_a_rig_of_the_same_build_has_its_joints_where_the_source_has_them() -> None:
    target, motion = character(), walk()
    heads = keyed_heads(target, target.retarget(motion, FPS).pose)
    for joint in JOINTS:
        if not joint.endswith("hand"):
            assert np.abs(heads[joint] - motion.positions[joint]).max() < 1e-4, joint


@pytest.mark.parametrize("posed", [A_POSE, NEITHER], ids=["A-pose", "arms forward, feet out, knees bent"])
@pytest.mark.parametrize("turned", [0.0, 130.0])
def test_the_rest_pose_of_the_rig_does_not_matter(posed, turned) -> None:
    motion = walk()
    target = character(posed, turned=turned)
    heads = keyed_heads(target, target.retarget(motion, FPS).pose)
    assert direction_errors(heads, motion).max() < 0.01
    standing = character()
    expected = keyed_heads(standing, standing.retarget(motion, FPS).pose)
    for joint in ("head", "left_wrist", "right_foot"):
        np.testing.assert_allclose(heads[joint] - heads["pelvis"], expected[joint] - expected["pelvis"], atol=2e-3)


def test_bones_that_share_a_joint_add_up_to_its_rotation() -> None:
    plain, motion = character(), walk()
    rig, row = plain.rig, plain.rig.index["left_elbow"]
    middle = np.array(rig.rest[row])
    middle[:3, :3] = frame(rig.rest[row + 1, :3, 3] * 0 + rig.rest[row, :3, 1], np.random.default_rng(5))[:3, :3]
    middle[:3, 3] += rig.rest[row, :3, 1] * rig.lengths[row] / 2
    names = [*rig.names[: row + 1], "left_elbow_twist", *rig.names[row + 1 :]]
    parents = [parent if parent <= row else parent + 1 for parent in rig.parents]
    parents[rig.index["left_wrist"]] = row + 1
    parents.insert(row + 1, row)
    rest = np.insert(rig.rest, row + 1, middle, axis=0)
    split = Rig(tuple(names), np.array(parents), rest, np.insert(rig.lengths, row + 1, 0.1), np.ones(len(names), bool))
    mapping = RigMapping({**OWN.bones, "left_elbow": ("left_elbow", "left_elbow_twist")}, "root")
    target = Target(split, mapping, {}, np.zeros(3))
    heads = keyed_heads(target, target.retarget(motion, FPS).pose)
    expected = keyed_heads(plain, plain.retarget(motion, FPS).pose)
    for joint in ("left_elbow", "left_wrist"):
        np.testing.assert_allclose(heads[joint], expected[joint], atol=1e-4)


@pytest.mark.parametrize(("joint", "following"), [("left_hip", "left_knee"), ("left_shoulder", "left_elbow")])
def test_bones_of_a_limb_that_do_not_lie_in_one_line_lead_to_its_end(joint: str, following: str) -> None:
    plain, motion = character(), walk()
    rig, second = plain.rig, f"{joint}_2"
    row = rig.index[joint]
    middle = np.array(rig.rest[row])
    middle[:3, 3] += rig.rest[row, :3, 1] * rig.lengths[row] / 2 + rig.rest[row, :3, 0] * 0.02
    names = [*rig.names[: row + 1], second, *rig.names[row + 1 :]]
    parents = [parent if parent <= row else parent + 1 for parent in rig.parents]
    parents.insert(row + 1, row)
    parents[names.index(following)] = row + 1
    rest, lengths = np.insert(rig.rest, row + 1, middle, axis=0), np.insert(rig.lengths, row, 0.1)
    kinked = Rig(tuple(names), np.array(parents), rest, lengths, np.ones(len(names), bool))
    target = Target(kinked, RigMapping({**OWN.bones, joint: (joint, second)}, "root"), {}, np.zeros(3))
    heads = keyed_heads(target, target.retarget(motion, FPS).pose)
    assert direction_errors(heads, motion).max() < 0.02


def test_a_missing_joint_passes_its_rotation_on() -> None:
    plain, motion = character(), walk()
    bones = {
        joint: bone for joint, bone in OWN.bones.items() if joint not in ("spine1", "spine2", "left_collar", "neck")
    }
    target = Target(plain.rig, RigMapping(bones, "root"), {}, np.zeros(3))
    result, expected = target.retarget(motion, FPS), plain.retarget(motion, FPS)
    for bone in ("spine3", "left_shoulder", "head", "right_elbow"):
        turn = quat_multiply(quat_conjugate(result.pose.orientations[bone]), expected.pose.orientations[bone])
        assert np.degrees(2 * np.arccos(np.clip(np.abs(turn[:, 0]), 0, 1))).max() < 0.01, bone


def test_a_carrier_moves_a_pelvis_that_hangs_from_the_spine() -> None:
    plain, motion = character(), walk()
    rig = plain.rig
    parents = np.array(rig.parents)
    pelvis, spine = rig.index["pelvis"], rig.index["spine1"]
    parents[[spine, pelvis]] = parents[pelvis], spine
    order = [0, spine, pelvis, *(row for row in range(len(parents)) if row not in (0, spine, pelvis))]
    rows = {row: new for new, row in enumerate(order)} | {-1: -1}
    hung = Rig(
        tuple(rig.names[row] for row in order),
        np.array([rows[int(parents[row])] for row in order]),
        rig.rest[order],
        rig.lengths[order],
        rig.turns_with_parent[order],
    )
    target = Target(hung, RigMapping(OWN.bones, "root", carrier="spine1"), {}, np.zeros(3))
    pose = target.retarget(motion, FPS).pose
    assert set(pose.locations) <= {"spine1", "root"}
    heads = keyed_heads(target, pose)
    expected = keyed_heads(plain, plain.retarget(motion, FPS).pose)
    for joint in ("pelvis", "left_foot", "right_knee"):
        np.testing.assert_allclose(heads[joint], expected[joint], atol=1e-4)


def test_without_legs_there_is_no_target_and_the_bones_are_named() -> None:
    bones = {joint: bone for joint, bone in OWN.bones.items() if "knee" not in joint}
    with pytest.raises(RetargetError, match="left knee, right knee"):
        Target(character().rig, RigMapping(bones), {}, np.zeros(3)).retarget(walk(), FPS)


def test_the_path_scales_with_the_legs() -> None:
    motion = walk()
    target = character(size=0.5)
    result = target.retarget(motion, FPS)
    assert result.scale == pytest.approx(0.5, abs=1e-3)
    heads = keyed_heads(target, result.pose)
    np.testing.assert_allclose(heads["pelvis"], motion.positions["pelvis"] * 0.5, atol=0.012)
    assert direction_errors(heads, motion)[:4].max() < 0.5


def test_root_modes() -> None:
    motion, target = walk(), character(turned=90.0)
    pelvis = motion.positions["pelvis"]
    poses = {mode: target.retarget(motion, FPS, mode).pose for mode in ("HIPS", "ROOT", "IN_PLACE", "WORLD")}
    heads = {mode: keyed_heads(target, pose) for mode, pose in poses.items()}
    assert set(poses["HIPS"].locations) == {"pelvis"} == set(poses["IN_PLACE"].locations)
    assert "root" not in poses["HIPS"].rotations
    for mode in ("HIPS", "ROOT", "WORLD"):
        np.testing.assert_allclose(heads[mode]["pelvis"], pelvis, atol=1e-4)
    for mode in ("ROOT", "WORLD"):
        assert np.abs(heads[mode]["root"][:, 2]).max() < 1e-6
        np.testing.assert_allclose(np.ptp(heads[mode]["root"][:, :2], axis=0), np.ptp(pelvis[:, :2], axis=0), atol=0.1)
    np.testing.assert_allclose(heads["IN_PLACE"]["pelvis"][:, :2], 0, atol=1e-6)
    np.testing.assert_allclose(heads["IN_PLACE"]["pelvis"][:, 2], pelvis[:, 2], atol=1e-4)
    for a, b in LIMBS:
        np.testing.assert_allclose(heads["ROOT"][b] - heads["ROOT"][a], heads["HIPS"][b] - heads["HIPS"][a], atol=1e-4)


@pytest.mark.parametrize("legs", [0.75, 1.2])
def test_feet_stand_on_legs_of_another_length(legs: float) -> None:
    motion, target = walk(), character(legs=legs)
    result = target.retarget(motion, FPS)
    heads = keyed_heads(target, result.pose)
    balls = np.stack([heads["left_foot"], heads["right_foot"]], axis=1)
    np.testing.assert_allclose(balls, result.balls, atol=1e-4)
    steps = np.linalg.norm(np.diff(balls, axis=0), axis=-1)[motion.contacts[:-1] & motion.contacts[1:]]
    assert steps.max() < 0.003
    rest = target.rig.heads[target.rig.index["left_foot"], 2]
    assert balls[..., 2].min() > rest - 0.005
    for row in (balls, heads["pelvis"], heads["left_knee"], heads["right_knee"]):
        assert np.abs(np.diff(row, axis=0, n=2)).max() < 0.06  # nothing jumps


@pytest.mark.parametrize(("height", "kept"), [(0.1, 0.1), (-0.08, -0.08), (0.02, 0.0)])
def test_who_stands_on_a_step_stands_on_one_of_the_rig_s_size(height: float, kept: float) -> None:
    """And what is a little off the floor stands on it."""
    motion, target = walk(), character(legs=0.75)
    raised = {joint: position + np.array([0, 0, height]) for joint, position in motion.positions.items()}
    result = target.retarget(replace(motion, positions=raised), FPS)
    on_floor = target.retarget(motion, FPS)
    stands = motion.contacts
    np.testing.assert_allclose(result.soles[stands], kept * result.scale + on_floor.soles[stands], atol=0.005)
    steps = np.linalg.norm(np.diff(result.balls, axis=0), axis=-1)[stands[:-1] & stands[1:]]
    assert steps.max() < 0.003


def test_the_floor_of_other_motions_is_uncertain() -> None:
    motion, target = walk(), character(legs=0.75)
    raised = {joint: position + np.array([0, 0, 0.1]) for joint, position in motion.positions.items()}
    result = target.retarget(replace(motion, positions=raised, step=0.15), FPS)
    assert np.abs(result.soles[motion.contacts]).max() < 0.005


def test_a_frame_by_itself_is_posed_as_in_the_whole_clip() -> None:
    """What live capture does."""
    motion, target = walk(), character(A_POSE)
    one = motion.at(np.array([40]))
    whole, single = (target.retarget(each, FPS, plants=False).pose for each in (motion, one))
    np.testing.assert_allclose(single.heads["left_wrist"][0], whole.heads["left_wrist"][40], atol=1e-9)
