"""Feet that stand are level from side to side; flat ones do not turn: not the ball alone is still, the heel is, too."""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import make_continuous, normalize, quat_multiply, quat_rotate, shortest_turn, slerp
from ...typing import Array
from .detection import runs
from .legs import LegTracks
from .soles import sole_clearance

_FLAT = 0.18
"""Height of the heel above the ball or below it, as a share of the way from ankle to ball, up to which a foot is flat:
smoothing makes heels touch late and leave early."""
_ROLLED = 0.45
"""Height of one edge of a foot above the other, as a share of its width, up to which it is set down level."""
_ON_TOES_S = 0.25
"""Who stands on the toes does so for longer than this, where what is seen of the foot is poor."""
_UP = np.array([0.0, 0.0, 1.0])
_EASE_S = 0.06
"""Time over which a foot turns into its flat position and out of it."""


def flat_feet(
    turned: Array, legs: LegTracks, contacts: Array, rest_joints: Array, times: Array, doubt: Array | None = None
) -> Array:
    """Rotations of the feet (m, 2, 4) in the world, still while a foot stands flat.

    Args:
        turned: (m, 2, 4) rotations of the feet; legs: in a world with z up; contacts: (m, 2); times: (m,) seconds.
        doubt: (m, 2) height of the heel, as a share of the way from ankle to ball, that counts as flat as well, where
            what is seen of the foot is poor.
    """
    clearance = sole_clearance(rest_joints)
    heels, balls = legs.ankles[..., 2] - clearance[:2], legs.balls[..., 2] - clearance[2:]
    length = np.linalg.norm(legs.balls - legs.ankles, axis=-1)
    most = np.maximum(np.zeros_like(length) if doubt is None else doubt, _FLAT)
    lifted = (heels - balls) / length
    # Toes that are up though the foot stands are an error of the pose, unless the heel has just come down.
    flat = contacts & (lifted < most) & ((lifted > -_FLAT) | (most > _FLAT))
    result = np.array(turned)
    if doubt is not None:
        flat |= _set_down(flat, contacts & (doubt > 0), times)
    for foot in (0, 1):
        for start, stop in runs(contacts[:, foot]):
            near, share = _eased(times, start, stop)
            result[near, foot] = slerp(result[near, foot], _unrolled(result[near, foot]), share)
        for start, stop in runs(flat[:, foot]):
            held = _level(normalize(make_continuous(turned[start:stop, foot]).mean(axis=0)))
            near, share = _eased(times, start, stop)
            result[near, foot] = slerp(result[near, foot], np.broadcast_to(held, (len(near), 4)), share)
    return result


def _set_down(flat: Array, stands: Array, times: Array) -> Array:
    """Frames (m, 2) in which the heel is up for a moment before it is down in the same stand."""
    result = np.zeros_like(flat)
    for foot in (0, 1):
        for start, stop in runs(stands[:, foot]):
            for up, down in runs(~flat[start:stop, foot]):
                up, down = start + up, start + down
                if down < stop and times[down] - times[up] < _ON_TOES_S:
                    result[up:down, foot] = True
    return result


def _eased(times: Array, start: int, stop: int) -> tuple[Array, Array]:
    """Frames (k,) in and around a stretch, and how far (k,) it holds for them, 0..1."""
    away = np.maximum(np.maximum(times[start] - times, times - times[stop - 1]), 0) / _EASE_S
    near = np.flatnonzero(away < 1)
    return near, 0.5 + 0.5 * np.cos(np.pi * away[near])


def _level(turned: Array) -> Array:
    """The rotation (4,) of a foot, its sole turned level the shortest way."""
    return quat_multiply(shortest_turn(quat_rotate(turned, np.array([0.0, 1.0, 0.0])), _UP), turned)


def _unrolled(turned: Array) -> Array:
    """Rotations (k, 4) of a foot, its inner and outer edge turned to one height; one on its side stays as it is."""
    hinge = quat_rotate(turned, np.array([1.0, 0.0, 0.0]))
    share = np.clip(2 - np.abs(hinge[:, 2]) / _ROLLED, 0, 1)[:, None]
    level = normalize(hinge - share * hinge * _UP)
    return quat_multiply(shortest_turn(hinge, level), turned)
