"""`BodyMotion`: a motion without the skeleton it came from, read from takes and from any recognized rig."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..geometry.fingers import ALL_JOINTS, FINGERS, SIDES, all_rest_joints, pose_with_fingers
from ..geometry.rotations import make_continuous, quat_conjugate, quat_from_matrix, quat_multiply
from ..geometry.skeleton import JOINTS, forward_kinematics
from ..geometry.spaces import WORLD_FROM_SMPL_REST, WORLD_FROM_SMPL_REST_QUAT
from ..solve.contacts.soles import sole_clearance
from ..take.resample import Clip, resample, sampling
from ..take.take import FootageInfo, Motion
from ..typing import Array
from .landmarks import landmarks
from .mapping import LIMB_BONES, RigMapping
from .rig import Rig
from .t_pose import Alignment, Landmarks, align

_STEP_OF_TAKE_M = 0.03
"""A solved take has its floor at 0 within a centimeter; other motions had shoes, or no floor."""
_ON_ROW = 0.01
"""Nearer to a row of the motion than this share of the way to the next, a sample is that row."""


@dataclass(frozen=True)
class BodyMotion:
    """Motion of a body in the world (z up, floor at 0), in n frames.

    Attributes:
        turns: joint -> (n, 4) rotation wxyz in the world of each joint that the source knows; identity in the T-pose.
        positions: joint -> (n, 3) where the joints are, meters.
        rest: the source's skeleton at rest; alignment: what brings it into the T-pose.
        contacts: (n, 2) bool: left, right foot stands.
        step: meters; a foot that stands higher or lower than this stands on something else than the floor.
    """

    turns: Mapping[str, Array]
    positions: Mapping[str, Array]
    rest: Landmarks
    alignment: Alignment
    contacts: Array
    step: float = 0.15

    def __len__(self) -> int:
        return len(self.contacts)

    def at(self, rows: Array) -> BodyMotion:
        """The motion in these frames only."""
        turns = {joint: turn[rows] for joint, turn in self.turns.items()}
        positions = {joint: position[rows] for joint, position in self.positions.items()}
        return replace(self, turns=turns, positions=positions, contacts=self.contacts[rows])


class TakeSkeleton:
    """The skeleton of a person of a take at rest, and what its motions have in common.

    Attributes:
        rest_joints: (24, 3) as in `Motion`. rest, alignment: as in `BodyMotion`.
    """

    def __init__(self, rest_joints: Array, rest_fingers: Array | None = None) -> None:
        """Take rest joints (24, 3), and (40, 3) of fingers that move, both as in `Motion`."""
        self.rest_joints, self._rest_fingers = rest_joints, rest_fingers
        self._names: tuple[str, ...] = JOINTS if rest_fingers is None else ALL_JOINTS
        standing, tips = np.asarray(rest_joints, dtype=np.float64), None
        if rest_fingers is not None:
            standing, tips = np.split(all_rest_joints(standing, rest_fingers), [len(self._names)])
            tips = tips @ WORLD_FROM_SMPL_REST.T
        self.rest = _smpl_landmarks(standing @ WORLD_FROM_SMPL_REST.T, tips)
        self.alignment = align(self.rest)
        turns = {
            row: turn
            for row, joint in enumerate(self._names)
            if (turn := self.alignment.turns.get(joint)) is not None and not joint.endswith("_hand")
        }
        self._rows = list(turns)
        in_t_pose = quat_multiply(quat_from_matrix(np.array(list(turns.values()))), WORLD_FROM_SMPL_REST_QUAT)
        self._from_t_pose = quat_conjugate(in_t_pose)

    def motion(self, rotations: Array, root: Array, contacts: Array, fingers: Array | None = None) -> BodyMotion:
        """A motion of the person.

        Args:
            rotations: (n, 24, 4), root: (n, 3), contacts: (n, 2), as in `Motion`; they may be sampled anew.
            fingers: (n, 30, 4), of a skeleton with fingers.
        """
        if fingers is None or self._rest_fingers is None:
            positions, orientations = forward_kinematics(rotations, root, self.rest_joints)
        else:
            positions, orientations, _ = pose_with_fingers(
                rotations, fingers, root, self.rest_joints, self._rest_fingers
            )
        by_joint = np.ascontiguousarray(np.moveaxis(orientations, 1, 0)[self._rows])
        turned = make_continuous(np.moveaxis(quat_multiply(by_joint, self._from_t_pose[:, None]), 1, 0))
        turns = {self._names[row]: turned[:, column] for column, row in enumerate(self._rows)}
        return BodyMotion(
            turns,
            dict(zip(self._names, np.moveaxis(positions, 1, 0), strict=True)),
            self.rest,
            self.alignment,
            contacts,
            _STEP_OF_TAKE_M,
        )


def from_take(
    rotations: Array,
    root: Array,
    rest_joints: Array,
    contacts: Array,
    fingers: Array | None = None,
    rest_fingers: Array | None = None,
) -> BodyMotion:
    """The motion of a person of a take; arguments as for `TakeSkeleton`, whose fingers move if both are given."""
    if fingers is None or rest_fingers is None:
        fingers = rest_fingers = None
    return TakeSkeleton(rest_joints, rest_fingers).motion(rotations, root, contacts, fingers)


def of_person(motion: Motion, footage: FootageInfo, fps: float) -> tuple[BodyMotion, Clip]:
    """The solved motion of a person at an even rate, and the `Clip` that says which frames these are."""
    clip = resample(motion, footage, fps)
    times = footage.times[0] + (clip.first + np.arange(len(clip.valid))) / fps
    row_times = footage.times[motion.frame_index]
    before, after, fraction = sampling(row_times, times)
    near, far = np.where(fraction < 0.5, (before, after), (after, before))
    between = np.minimum(fraction, 1 - fraction) > _ON_ROW  # part of a step when the foot does not stand in both rows
    contacts = motion.contacts[near] & (motion.contacts[far] | ~between[:, None]) & clip.valid[:, None]
    contacts &= np.r_[True, clip.valid[:-1]][:, None]  # a stand does not go on over a gap
    hands = (clip.fingers, motion.rest_fingers) if clip.has_fingers else (None, None)
    return from_take(clip.rotations, clip.root, motion.rest_joints, contacts, *hands), clip


def _smpl_landmarks(standing: Array, tips: Array | None = None) -> Landmarks:
    """SMPL's rest joints (24, 3), or (54, 3) with fingers and their tips (10, 3), in world axes.

    Its feet stand flat at rest.
    """
    heads = dict(zip(JOINTS if tips is None else ALL_JOINTS, standing, strict=True))
    ends = {}
    for side in SIDES:
        for a, b in (*LIMB_BONES, ("wrist", "hand")):
            ends[f"{side}_{a}"] = heads[f"{side}_{b}"]
        ends[f"{side}_foot"] = heads[f"{side}_foot"]
    for index, joint in enumerate(FINGERS if tips is not None else ()):
        last = joint.endswith("3")
        ends[joint] = tips[index // 3] if last and tips is not None else heads[FINGERS[index + 1]]
    body = standing[: len(JOINTS)]
    floor = float(heads["left_ankle"][2] - sole_clearance(body @ WORLD_FROM_SMPL_REST)[0])
    return Landmarks(heads, ends, floor, {side: np.array([0.0, 0.0, 1.0]) for side in SIDES})


def from_rig(rig: Rig, mapping: RigMapping, posed: Array, contacts: Array) -> BodyMotion:
    """The motion of an armature whose bones are known.

    Args:
        posed: (n, B, 4, 4) world matrices of the bones, meters. contacts: (n, 2) bool.
    """
    rest = landmarks(rig, mapping)
    alignment = align(rest)
    turns, positions = {}, {}
    for joint, bones in mapping.bones.items():
        if joint not in rest.heads:
            continue
        first, last = rig.index[bones[0]], rig.index[bones[-1]]
        turn = posed[:, last, :3, :3] @ rig.rest[last, :3, :3].T @ alignment.turns[joint].T
        turns[joint] = make_continuous(quat_from_matrix(turn))
        positions[joint] = np.asarray(posed[:, first, :3, 3])
    return BodyMotion(turns, positions, rest, alignment, contacts)
