"""The legs alone: their joints by forward kinematics, and two-bone inverse kinematics that puts the feet somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...geometry.rotations import normalize, quat_conjugate, quat_from_rotvec, quat_multiply, quat_rotate, shortest_turn
from ...geometry.skeleton import JOINT
from ...take.take import Motion
from ...typing import Array

HIPS, KNEES, ANKLES, BALLS = (
    [JOINT[f"left_{name}"], JOINT[f"right_{name}"]] for name in ("hip", "knee", "ankle", "foot")
)
_CHUNK = 4096
"""Frames posed at a time, so that memory does not grow with the take."""
_REACH = 0.998
"""A leg is never stretched quite straight, so that its bend plane stays defined."""
STRAIGHT = 1.0
"""The same for legs that stay as straight as they are, unless they are moved."""

CheckIn = Callable[[], None]
"""Called every fraction of a second in long work; may raise to stop it."""


@dataclass(frozen=True)
class LegTracks:
    """Joints of both legs over m frames, (m, 2, 3) each, left and right, in the space of the motion."""

    hips: Array
    ankles: Array
    balls: Array

    def moved(self, offset: Array) -> LegTracks:
        """Shifted by (3,) or (m, 3)."""
        offset = np.asarray(offset)[..., None, :]
        return LegTracks(self.hips + offset, self.ankles + offset, self.balls + offset)

    def scaled(self, factor: float) -> LegTracks:
        """Away from the origin in proportion."""
        return LegTracks(self.hips * factor, self.ankles * factor, self.balls * factor)

    def turned(self, rotation: Array) -> LegTracks:
        """Turned by quaternions (4,) or (m, 4)."""
        rotation = np.asarray(rotation)[..., None, :]
        return LegTracks(*(quat_rotate(rotation, each) for each in (self.hips, self.ankles, self.balls)))


@dataclass(frozen=True)
class LegPose:
    """Positions (m, 2, 3) and global rotations (m, 2, 4) of the legs' joints."""

    hip: Array
    knee: Array
    ankle: Array
    ball: Array
    hip_rotation: Array
    knee_rotation: Array


def chunks(count: int, check_in: CheckIn) -> Iterator[slice]:
    """Slices that cover `count` frames."""
    for start in range(0, count, _CHUNK):
        check_in()
        yield slice(start, min(start + _CHUNK, count))


def leg_tracks(motion: Motion, check_in: CheckIn) -> LegTracks:
    """The legs of a motion."""
    count = len(motion.frame_index)
    hips, ankles, balls = (np.empty((count, 2, 3), np.float32) for _ in range(3))
    for part in chunks(count, check_in):
        pose = leg_joints(motion.rotations[part], motion.root[part], motion.rest_joints)
        hips[part], ankles[part], balls[part] = pose.hip, pose.ankle, pose.ball
    return LegTracks(hips, ankles, balls)


def foot_rotations(rotations: Array) -> Array:
    """Rotations (m, 2, 4) of the feet in the space of a motion, from its local ones (m, 24, 4)."""
    turned = np.asarray(rotations[:, None, 0], np.float64)
    for joints in (HIPS, KNEES, ANKLES):
        turned = quat_multiply(turned, rotations[:, joints])
    return turned


def reach(
    rotations: Array, root: Array, rest_joints: Array, balls: Array, turned: Array, stretch: float = _REACH
) -> Array:
    """Rotations (m, 24, 4) whose balls of the feet are at `balls` (m, 2, 3), as far as the legs can reach.

    Hip, knee and ankle turn: the knee opens or closes in its own bend plane, the hip swings the leg the shortest way,
    the foot is turned as given, (m, 2, 4). `stretch` is the most of its length to which a leg is stretched.
    """
    pose = leg_joints(rotations, root, rest_joints)
    goal = balls - quat_rotate(turned, rest_joints[BALLS] - rest_joints[ANKLES])
    thigh, shin = pose.knee - pose.hip, pose.ankle - pose.knee
    upper = np.linalg.norm(rest_joints[KNEES] - rest_joints[HIPS], axis=-1)
    lower = np.linalg.norm(rest_joints[ANKLES] - rest_joints[KNEES], axis=-1)
    span = np.clip(np.linalg.norm(goal - pose.hip, axis=-1), np.abs(upper - lower) + 0.02, (upper + lower) * stretch)
    angle = np.arccos(np.clip((span**2 - upper**2 - lower**2) / (2 * upper * lower), -1, 1))
    normal = np.cross(thigh, shin)
    sine = np.linalg.norm(normal, axis=-1)
    hinge = quat_rotate(pose.hip_rotation, np.array([1.0, 0.0, 0.0]))
    axis = np.where((sine > 1e-3 * upper * lower)[..., None], normalize(normal), hinge)
    present = np.arctan2(sine, (thigh * shin).sum(axis=-1))
    bend = quat_from_rotvec(axis * (angle - present)[..., None])
    swing = shortest_turn(normalize(thigh + quat_rotate(bend, shin)), normalize(goal - pose.hip))
    hip_rotation = quat_multiply(swing, pose.hip_rotation)
    knee_rotation = quat_multiply(swing, quat_multiply(bend, pose.knee_rotation))
    result = np.array(rotations, dtype=np.float64)
    result[:, HIPS] = quat_multiply(quat_conjugate(result[:, None, 0]), hip_rotation)
    result[:, KNEES] = quat_multiply(quat_conjugate(hip_rotation), knee_rotation)
    result[:, ANKLES] = quat_multiply(quat_conjugate(knee_rotation), turned)
    return result


def out_of_reach(hips: Array, ankles: Array, rest_joints: Array) -> Array:
    """What each leg lacks (m, 2, 3), meters, to span from its hip to where its ankle shall be, (m, 2, 3) both."""
    bones = (rest_joints[KNEES] - rest_joints[HIPS], rest_joints[ANKLES] - rest_joints[KNEES])
    length = sum(np.linalg.norm(bone, axis=-1) for bone in bones)[:, None]  # (2, 1)
    leg = ankles - hips
    span = np.linalg.norm(leg, axis=-1, keepdims=True)
    return np.asarray(leg * np.maximum(1 - _REACH * length / np.maximum(span, 1e-6), 0))


def longest(vectors: Array) -> Array:
    """The longer one (m, k) of the left and the right leg's vectors (m, 2, k)."""
    return np.asarray(vectors[np.arange(len(vectors)), np.linalg.norm(vectors, axis=-1).argmax(axis=1)])


def leg_joints(rotations: Array, root: Array, rest_joints: Array) -> LegPose:
    """Forward kinematics from the pelvis to the balls of the feet."""
    rotations = np.asarray(rotations, dtype=np.float64)
    pelvis = rotations[:, None, 0]
    hip = root[:, None] + quat_rotate(pelvis, rest_joints[HIPS] - rest_joints[0])
    hip_rotation = quat_multiply(pelvis, rotations[:, HIPS])
    knee = hip + quat_rotate(hip_rotation, rest_joints[KNEES] - rest_joints[HIPS])
    knee_rotation = quat_multiply(hip_rotation, rotations[:, KNEES])
    ankle = knee + quat_rotate(knee_rotation, rest_joints[ANKLES] - rest_joints[KNEES])
    ankle_rotation = quat_multiply(knee_rotation, rotations[:, ANKLES])
    ball = ankle + quat_rotate(ankle_rotation, rest_joints[BALLS] - rest_joints[ANKLES])
    return LegPose(hip, knee, ankle, ball, hip_rotation, knee_rotation)
