"""Hands joined to the body: the wrist turns as the hand shows, and the forearm takes its part of the twist."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...geometry.fingers import WRISTS
from ...geometry.rotations import (
    make_continuous,
    quat_conjugate,
    quat_from_rotvec,
    quat_multiply,
    rotvec_from_quat,
)
from ...geometry.skeleton import PARENTS, forward_kinematics
from ...take.resample import frame_interval
from ...take.take import FootageInfo, Motion
from ...typing import Array
from ..filters import gaussian
from .solved_hands import HandTracks

_FOREARM_SHARE = 0.5
"""Of the wrist's twist, which in a body happens along the whole forearm."""

_MOST_SWING, _MOST_TWIST, _NO_TWIST = np.radians((85.0, 125.0, 160.0))
_CALM_S = 0.12
"""What hardly counts is smoothed over this time."""

_ALONG = np.array([1.0, 0.0, 0.0])
"""Direction of the forearms at rest, but for the sign."""


def join_hands(motion: Motion, tracks: HandTracks | None, footage: FootageInfo) -> Motion:
    """The motion, in camera space, with its hands, if there are any.

    Where wrists are not seen, they are in line with the forearm.
    """
    if tracks is None:
        return motion
    interval = frame_interval(footage.times)
    rotations = np.array(motion.rotations, np.float64)
    orientations = forward_kinematics(rotations, motion.root, motion.rest_joints)[1]
    for side, wrist in enumerate(WRISTS):
        elbow = PARENTS[wrist]
        local = quat_multiply(quat_conjugate(orientations[:, elbow]), tracks.wrists[:, side])
        turn_wrist(rotations, side, _calm(local, tracks.wrist_share[:, side], interval))
    return replace(
        motion,
        rotations=make_continuous(rotations).astype(np.float32),
        fingers=tracks.fingers.astype(np.float32),
        rest_fingers=tracks.rest.astype(np.float32),
        hand_confidence=tracks.confidence.astype(np.float32),
    )


def turn_wrist(rotations: Array, side: int, turn: Array) -> None:
    """Turn the wrist, and the forearm by its part, in rotations (m, 24, 4), as `reach` (m, 4) gives the turn."""
    wrist = WRISTS[side]
    swing, twist = quat_from_rotvec(turn[:, :3]), turn[:, 3:]
    forearm = quat_from_rotvec(_FOREARM_SHARE * twist * _ALONG)
    rest = quat_from_rotvec((1 - _FOREARM_SHARE) * twist * _ALONG)
    rotations[:, PARENTS[wrist]] = quat_multiply(rotations[:, PARENTS[wrist]], forearm)
    # What the forearm turned is taken off before the swing, which is in the axes of the unturned forearm.
    rotations[:, wrist] = quat_multiply(quat_multiply(quat_multiply(quat_conjugate(forearm), swing), forearm), rest)


def reach(local: Array) -> tuple[Array, Array]:
    """What a wrist can do of rotations (m, 4) against its forearm: swing * twist.

    Returns:
        swing as a rotation vector and twist about the forearm (m, 4), and how far that is believed (m,): a twist that
        no arm can do is not. The palm is seen from the wrong side then, or the forearm is off.
    """
    twice = 2 * np.arctan2(local[:, 1], local[:, 0])
    twist = np.asarray((twice + np.pi) % (2 * np.pi) - np.pi)
    swing = rotvec_from_quat(quat_multiply(local, quat_conjugate(quat_from_rotvec(twist[:, None] * _ALONG))))
    size = np.maximum(np.linalg.norm(swing, axis=1, keepdims=True), 1e-9)
    swing = swing * np.minimum(1, _MOST_SWING / size)
    possible = np.clip((_NO_TWIST - np.abs(twist)) / (_NO_TWIST - _MOST_TWIST), 0, 1)
    return np.column_stack([swing, twist]), np.asarray(possible)


def _calm(local: Array, share: Array, interval: float) -> Array:
    """The turn (m, 4) of `reach`, as far as it counts, `share` (m,), and calm where it hardly does."""
    turn, possible = reach(local)
    share = share * np.minimum(possible, gaussian(possible, _CALM_S / interval))
    turn = turn * share[:, None]
    calm = gaussian(turn, _CALM_S / interval)
    return np.asarray(calm + (turn - calm) * share[:, None])
