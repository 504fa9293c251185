"""Faces joined to the body: the head turns as the face shows, and the neck takes its part of that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...geometry.rotations import make_continuous, quat_conjugate, quat_multiply, slerp
from ...geometry.skeleton import JOINT, PARENTS, forward_kinematics
from ...take.take import Motion
from ...typing import Array
from .solved_face import FaceTrack

_HEAD, _NECK = JOINT["head"], JOINT["neck"]
_NECK_SHARE = 0.5
"""Of what the head turns beyond the body's estimate."""


def join_face(motion: Motion, track: FaceTrack | None) -> Motion:
    """The motion, in camera space, with its face, if there is one."""
    if track is None:
        return motion
    rotations = np.array(motion.rotations, np.float64)
    turn_head(rotations, track.turns, track.turn_share)
    return replace(
        motion,
        rotations=make_continuous(rotations).astype(np.float32),
        face=track.coefficients.astype(np.float32),
        face_confidence=track.confidence.astype(np.float32),
    )


def turn_head(rotations: Array, turns: Array, share: Array) -> None:
    """In place: turn the heads of poses (m, 24, 4) in camera space as turns (m, 4) say, as far as they count, (m,)."""
    orientations = forward_kinematics(rotations, np.zeros(3), np.zeros((len(PARENTS), 3)))[1]
    head = slerp(orientations[:, _HEAD], turns, share)
    local = quat_multiply(quat_conjugate(orientations[:, PARENTS[_NECK]]), head)
    alone = quat_multiply(local, quat_conjugate(rotations[:, _HEAD]))  # the neck, if the head did not turn on it
    neck = slerp(rotations[:, _NECK], alone, _NECK_SHARE)
    rotations[:, _NECK] = neck
    rotations[:, _HEAD] = quat_multiply(quat_conjugate(neck), local)
