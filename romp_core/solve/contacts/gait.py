"""What the rest of the body tells about feet that nobody sees: who stands, stands on both; who walks, steps in turn.

The phase of a walk is the likeliest course of a hidden Markov model: feet that are seen say when they stand, arms swing
against the legs, and knees with them. Between, it advances at the rate that people step at who go that fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...geometry.rotations import normalize, quat_rotate
from ...geometry.skeleton import JOINT, forward_kinematics
from ...take.take import Motion
from ...typing import Array
from ..filters import gaussian
from .legs import ANKLES, HIPS, KNEES, LegTracks

_STILL, _WALKS = 0.15, 0.35
"""Speeds of the pelvis over the floor, m/s, up to which a person stands, and from which on it walks."""
_FALLS = 0.4, 0.8
"""Speeds of the pelvis up or down, m/s, below which feet step under it, and from which on it falls or jumps."""
_COURSE_S = 0.15
"""Width of the smoothing of the pelvis's path."""
_RAISED = 0.75, 0.85
"""Heights of the hips above the floor, in lengths of the legs, from which on and at which a person may walk."""
_SEATED = 0.3, 0.45
"""The same below and at which the feet of somebody on the floor may be anywhere, and of who sits on a chair stand."""
_ON_FEET = 0.4
"""Height of the hips above the ankles, likewise, from which feet that stand show where the floor is."""
_ERECT = 0.5, 0.8
"""Cosine of the trunk against the vertical for somebody whose feet stand, also when sitting."""
_STANCE = 0.58
"""Share of a stride in which a foot stands."""
_WALK_RATIO = 0.0064
"""Step length in meters over steps per minute, the same at all speeds (Sekiya 1996), for a leg of `_LEG`."""
_LEG = 0.8
_RATES = np.array([0.7, 0.8, 0.9, 1.0, 1.1, 1.25])
"""Stride rates that are tried, against the usual one at that speed."""
_PHASES = 32
_LOOSE = 0.35
"""Standard deviation of the advance of the phase in a frame, in steps of a phase."""
_SWING_M, _SWING_ODDS = 0.2, 0.4
"""Difference of the wrists or knees along the way, meters, that counts fully, and its log-odds in a frame."""
_MOST = 3.0
"""Most that a seen foot says in a frame about the phase, log-odds."""
_CONVINCED = 1.5
"""Log-odds in a frame that a hidden foot stands or does not, where the body shows it."""
_AROUND_S = 2.0
"""Time before and after a hidden stretch that tells its phase."""
_WRISTS = [JOINT["left_wrist"], JOINT["right_wrist"]]


@dataclass(frozen=True)
class Course:
    """How a person moves over the floor, in m frames.

    Attributes:
        speed: (m,) m/s; heading: (m, 3) unit vectors, of the way or of where a standing person faces.
        walking, still: (m,) 0..1; neither for who lies, or crawls.
    """

    speed: Array
    heading: Array
    walking: Array
    still: Array


def course_of(motion: Motion, legs: LegTracks, part: slice, interval: float) -> Course:
    """The course of the frames in `part` of a motion in a world whose floor is at 0."""
    path = gaussian(np.asarray(motion.root[part], np.float64), _COURSE_S / interval)
    velocity = np.gradient(path, interval, axis=0) if len(path) > 1 else np.zeros_like(path)
    falls = _ramp(np.abs(velocity[:, 2]), *_FALLS)
    velocity[:, 2] = 0
    speed = np.linalg.norm(velocity, axis=1)
    walking = _ramp(speed, _STILL, _WALKS)
    faces = quat_rotate(motion.rotations[part, 0], np.array([0.0, 0.0, 1.0])) * np.array([1.0, 1.0, 0.0])
    faces = normalize(faces)
    way = faces * (1 - walking)[:, None] + velocity / np.maximum(speed, 1e-6)[:, None] * walking[:, None]
    heading = normalize(way)
    height = legs.hips[part][..., 2].mean(axis=1) / leg_length(motion.rest_joints)
    erect = quat_rotate(motion.rotations[part, 0], np.array([0.0, 1.0, 0.0]))[:, 2]
    certain = (1 - falls) * _ramp(erect, *_ERECT)
    still = (1 - walking) * certain * _ramp(height, *_SEATED)
    return Course(speed, heading, walking * certain * _ramp(height, *_RAISED), still)


def _ramp(values: Array, low: float, high: float) -> Array:
    return np.asarray(np.clip((values - low) / (high - low), 0, 1))


def leg_length(rest_joints: Array) -> float:
    """Length of the legs from hip to ankle, meters."""
    bones = np.linalg.norm(rest_joints[KNEES] - rest_joints[HIPS], axis=-1)
    return float((bones + np.linalg.norm(rest_joints[ANKLES] - rest_joints[KNEES], axis=-1)).mean())


def on_feet(legs: LegTracks, rest_joints: Array) -> Array:
    """(m,) bool: the hips are well above the ankles, as of who stands or sits on a chair, not of who kneels or lies.

    Args:
        legs: in a space with z up.
    """
    rise = legs.hips[..., 2].mean(axis=1) - legs.ankles[..., 2].mean(axis=1)
    return np.asarray(rise > _ON_FEET * leg_length(rest_joints))


def hidden_odds(motion: Motion, part: slice, course: Course, seen: Array, visible: Array, interval: float) -> Array:
    """Log-odds (m, 2) of standing that the body shows of each foot where it is hidden.

    Args:
        seen: (m, 2) log-odds by what is seen of the feet, times `visible`: (m, 2) 0..1.
    """
    odds = np.full(visible.shape, _CONVINCED) * course.still[:, None]
    hidden = visible.min(axis=1) < 0.5
    for start, stop in _around(hidden & (course.walking > 0), round(_AROUND_S / interval)):
        at = slice(start, stop)
        swings = _swings(motion, slice(part.start + start, part.start + stop), course.heading[at])
        phase = _phases(
            course.speed[at], course.walking[at], seen[at], swings, leg_length(motion.rest_joints), interval
        )
        odds[at] += course.walking[at, None] * np.where(_stances(phase), _CONVINCED, -_CONVINCED)
    return odds * (1 - visible)


def _around(flags: Array, reach: int) -> Iterator[tuple[int, int]]:
    """(start, stop) of stretches around true values."""
    wide = np.convolve(flags, np.ones(2 * reach + 1), "same")[: len(flags)] if len(flags) > 2 * reach else flags
    wide = np.concatenate([[False], np.broadcast_to(wide > 0.5, flags.shape) if flags.any() else flags, [False]])
    edges = np.flatnonzero(np.diff(wide.astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _swings(motion: Motion, part: slice, heading: Array) -> Array:
    """How far (m,) the left leg is ahead of the right one by knees and arms, -2..2."""
    joints, _ = forward_kinematics(motion.rotations[part], motion.root[part], motion.rest_joints)
    forward = np.einsum("tjk,tk->tj", joints, heading)
    arms, knees = (forward[:, pair[0]] - forward[:, pair[1]] for pair in (_WRISTS, KNEES))
    return np.asarray(np.clip(knees / _SWING_M, -1, 1) - np.clip(arms / _SWING_M, -1, 1))


def _stances(phase: Array) -> Array:
    """Whether the left and the right foot stand (..., 2) at phases (...,) of the stride, 0..1 from the left's stand."""
    return np.stack([phase % 1 < _STANCE, (phase + 0.5) % 1 < _STANCE], axis=-1)


def _phases(speed: Array, walking: Array, seen: Array, swings: Array, leg: float, interval: float) -> Array:
    """The likeliest phases (n,) of a walk."""
    grid = np.arange(_PHASES) / _PHASES
    stands = _stances(grid) - 0.5  # (B, 2)
    gain = np.clip(seen, -_MOST, _MOST) @ stands.T
    gain += _SWING_ODDS * swings[:, None] * np.cos(2 * np.pi * grid)
    gain *= walking[:, None]
    # step length L and steps a minute n: speed = L n / 60, L = ratio n
    rate = np.sqrt(60 * speed / (_WALK_RATIO * leg / _LEG)) / 60 / 2  # strides a second
    advance = rate[:, None] * _RATES * interval * _PHASES  # (n, C)
    leaps = np.arange(int(np.ceil(advance.max())) + 3)
    before = (np.arange(_PHASES) - leaps[:, None]) % _PHASES  # (K, B)
    cost = 0.5 * ((leaps - advance[..., None]) / _LOOSE) ** 2  # (n, C, K)
    score = np.tile(gain[0], (len(_RATES), 1))
    came = np.zeros((len(speed), len(_RATES), _PHASES), np.int16)
    for t in range(1, len(speed)):
        options = score[:, before] - cost[t, :, :, None]  # (C, K, B)
        best = options.argmax(axis=1)
        came[t] = np.take_along_axis(np.broadcast_to(before, options.shape), best[:, None], axis=1)[:, 0]
        score = np.take_along_axis(options, best[:, None], axis=1)[:, 0] + gain[t]
    choice, state = np.unravel_index(score.argmax(), score.shape)
    states = np.empty(len(speed), int)
    for t in range(len(speed) - 1, -1, -1):
        states[t] = state
        state = came[t, choice, state]
    return grid[states]
