"""Poses of single frames are those of whole clips, and bones lie in the world as they were meant to."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.geometry.rotations import matrix_from_quat, quat_rotate
from romp_core.retarget.body_motion import TakeSkeleton
from romp_core.retarget.mapping import RigMapping
from romp_core.retarget.rig import Rig
from romp_core.retarget.transfer import Target
from tests.core.retarget.walkers import A_POSE, FPS, NEITHER, OWN, character, rest_joints, walk

FRAMES = np.array([3, 40, 95])


def sparse() -> Target:
    """Bones between those that are mapped, some of which do not turn with what is above them."""
    plain = character(A_POSE, legs=0.9)
    turns = np.ones(len(plain.rig.names), dtype=bool)
    turns[[plain.rig.index[name] for name in ("spine2", "spine3", "right_wrist")]] = False
    bones = {joint: names for joint, names in OWN.bones.items() if joint not in ("spine1", "spine2", "left_collar")}
    return Target(replace(plain.rig, turns_with_parent=turns), RigMapping(bones, "root"), {}, np.array([0.3, 0.1, 0]))


def hung() -> Target:
    """A pelvis that hangs from the spine, which carries it."""
    plain = character(NEITHER, turned=130.0)
    rig = plain.rig
    pelvis, spine = rig.index["pelvis"], rig.index["spine1"]
    parents = np.array(rig.parents)
    parents[[spine, pelvis]] = parents[pelvis], spine
    order = [0, spine, pelvis, *(row for row in range(len(parents)) if row not in (0, spine, pelvis))]
    rows = {row: new for new, row in enumerate(order)} | {-1: -1}
    names, above = tuple(rig.names[row] for row in order), np.array([rows[int(parents[row])] for row in order])
    moved = Rig(names, above, rig.rest[order], rig.lengths[order], rig.turns_with_parent[order])
    return Target(moved, RigMapping(OWN.bones, "root", carrier="spine1"), {}, np.zeros(3))


TARGETS = {"A-pose": lambda: character(A_POSE, legs=0.8, size=1.2), "sparse": sparse, "hung": hung}


def played(rig: Rig, rotations, locations, frame: int) -> dict[str, np.ndarray]:
    """Matrices (4, 4) of all bones, one after the other, as a program makes them that plays the keys."""
    moved: list[np.ndarray] = []
    for row, name in enumerate(rig.names):
        parent, base = int(rig.parents[row]), rig.rest[row]
        if parent >= 0:
            follows = moved[parent] @ np.linalg.inv(rig.rest[parent])
            base = follows @ base
            if not rig.turns_with_parent[row]:
                base = np.block([[rig.rest[row][:3, :3], base[:3, 3:]], [np.zeros((1, 3)), np.ones((1, 1))]])
        basis = np.eye(4)
        if name in rotations:
            basis[:3, :3] = matrix_from_quat(rotations[name][frame])
        if name in locations:
            basis[:3, 3] = locations[name][frame]
        moved.append(base @ basis)
    return dict(zip(rig.names, moved, strict=True))


@pytest.mark.parametrize("mode", ["HIPS", "ROOT", "IN_PLACE"])
@pytest.mark.parametrize("name", TARGETS)
def test_frames_one_by_one_are_those_of_the_clip(name: str, mode) -> None:
    target, motion = TARGETS[name](), walk()
    clip = target.retarget(motion, FPS, mode, plants=False).pose
    fit = target.fit(motion)
    for frame in FRAMES:
        rotations, locations = fit.keys(motion.at(np.array([frame])), mode)
        assert rotations.keys() == clip.rotations.keys() and locations.keys() == clip.locations.keys()
        for bone, turn in rotations.items():
            assert abs(abs(turn[0] @ clip.rotations[bone][frame]) - 1) < 1e-9, bone
        for bone, location in locations.items():
            np.testing.assert_allclose(location[0], clip.locations[bone][frame], atol=1e-6)


@pytest.mark.parametrize("mode", ["HIPS", "ROOT", "WORLD"])
@pytest.mark.parametrize("name", TARGETS)
def test_who_plays_the_keys_has_the_bones_where_they_were_put(name: str, mode) -> None:
    target, motion = TARGETS[name](), walk().at(FRAMES)
    pose = target.retarget(motion, FPS, mode).pose
    for frame in range(len(FRAMES)):
        bones = played(target.rig, pose.rotations, pose.locations, frame)
        for bone, heads in pose.heads.items():
            np.testing.assert_allclose(bones[bone][:3, 3], heads[frame], atol=1e-6, err_msg=bone)
            turned = matrix_from_quat(pose.orientations[bone][frame])
            np.testing.assert_allclose(bones[bone][:3, :3], turned, atol=1e-6, err_msg=bone)


def test_who_lies_on_the_back_of_a_skeleton_that_is_kept_is_moved_as_said() -> None:
    kept, still = TakeSkeleton(rest_joints()), np.tile([1.0, 0.0, 0.0, 0.0], (2, 24, 1))
    for rise in (0.0, 0.5):
        moved = kept.motion(still, np.array([[0, 0, rise]] * 2), np.zeros((2, 2), bool))
        assert moved.rest is kept.rest
        np.testing.assert_allclose(moved.positions["pelvis"], [[0, 0, rise]] * 2)
        for joint in ("pelvis", "head", "left_knee"):  # SMPL's rest pose is y up, facing z
            up = quat_rotate(moved.turns[joint], np.array([0.0, 0.0, 1.0]))
            np.testing.assert_allclose(up, [[0, 1, 0]] * 2, atol=0.05, err_msg=joint)
