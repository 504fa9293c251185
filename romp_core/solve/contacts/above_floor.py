"""Nothing of the body is below the floor: the last of what the floor tells, after feet are planted.

The trunk, and knees that somebody kneels on, raise the whole body; limbs turn about their own joints; feet are in
`feet_on_floor`. What is above the floor stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...bodies.skin_points import PARTS, skin_points
from ...geometry.rotations import matrix_from_quat, normalize, quat_conjugate, quat_multiply, quat_rotate, shortest_turn
from ...geometry.skeleton import JOINT, PARENTS, forward_kinematics
from ...take.resample import frame_interval
from ...take.take import FootageInfo, Motion
from ...typing import Array
from ..filters import envelope, gaussian
from ..heights import height_of
from ..motion_transforms import stretches
from .body_on_floor import lowest_points
from .detection import runs
from .feet_on_floor import feet_above
from .legs import (
    ANKLES,
    BALLS,
    HIPS,
    KNEES,
    STRAIGHT,
    CheckIn,
    LegTracks,
    chunks,
    foot_rotations,
    leg_joints,
    leg_tracks,
    longest,
    out_of_reach,
    reach,
)
from .levels import Levels, usual_levels
from .soles import sole_clearance

_STEP = 0.15
"""A stand this far below the floor, meters, is on another level, which is then the floor around it."""
_CLEAR = 0.004
"""Meters above the floor that are aimed at: the outermost points are not all of the skin."""
_ROUNDS = 2
"""Of turning limbs: where one has turned, another point of it is the lowest."""
_LIFTS, _SUNK = 6, 0.002
"""How often the body is raised where a standing foot holds a knee below the floor, by more than so many meters."""
_SIDESTEPS, _STEEPEST_LEG, _GAIN = 3, 6.0, 1.5
"""How often the body is moved aside where raised legs are too short; the most of it, as a factor on what they lack; and
a gain, because smoothing flattens its peak."""
_DEEPEST = 0.4
"""What is further below the floor, meters, is on no floor that is known."""
_STEEPEST = 0.999
"""Sine of the angle up to which a limb is raised."""
_LIFT_S = 0.1
"""Width of the lift of the whole body."""
_KNEELING = -0.6
"""Vertical part of the thigh's direction below which a knee carries the body."""
_SIDES = ("left", "right")
_TRUNK = [PARTS.index(JOINT[name]) for name in ("pelvis", "spine3", "head")]
_KNEES = [PARTS.index(JOINT[f"{side}_knee"]) for side in _SIDES]


def _parts(side: str, *names: str) -> list[int]:
    return [PARTS.index(JOINT[f"{side}_{name}"]) for name in names]


_LEGS = tuple((JOINT[f"{side}_hip"], _parts(side, "hip", "knee")) for side in _SIDES)
_ARMS = tuple(
    (JOINT[f"{side}_{joint}"], _parts(side, *parts))
    for joint, *parts in (("shoulder", "shoulder"), ("elbow", "elbow", "wrist"))
    for side in _SIDES
)
"""Joints that turn to raise parts, from the trunk outward."""


def above_floor(motion: Motion, footage: FootageInfo, check_in: CheckIn, levels: Levels | None = None) -> Motion:
    """The motion with nothing below the floor, in a world with z up and the floor at 0.

    Feet stay where they are, unless they are below it.

    Args:
        levels: of what feet stand on; None for the floor.
    """
    legs = leg_tracks(motion, check_in)
    floor, soles = floor_levels(motion, legs, levels) + _CLEAR, foot_rotations(motion.rotations)
    depth = _carried_depth(motion, floor, check_in)
    if depth.any():
        motion = _lifted(motion, footage, depth, legs, soles)
    rotations, pulled = _with_limbs_above(motion, np.arange(len(floor)), floor, legs, soles, check_in)
    for _ in range(_LIFTS):
        if pulled.max(initial=0) < _SUNK:
            break
        before, motion = motion.root, _lifted(motion, footage, pulled.max(axis=1), legs, soles)
        rows = np.flatnonzero((motion.root != before).any(axis=1))
        rotations[rows], pulled[rows] = _with_limbs_above(motion, rows, floor, legs, soles, check_in)
    held = motion.contacts & (pulled < _SUNK)
    for at in chunks(len(rotations), check_in):
        for side, (joint, parts) in enumerate(_LEGS):  # a knee that feet pulled down again: then the feet give way
            ground = np.where(held[at, side], -np.inf, floor[at])
            rotations[at] = _swung(
                rotations[at], motion.root[at], motion.rest_joints, height_of(motion), ground, joint, parts
            )
    return replace(motion, rotations=rotations)


def _with_limbs_above(
    motion: Motion, rows: Array, floor: Array, legs: LegTracks, soles: Array, check_in: CheckIn
) -> tuple[Array, Array]:
    """Local rotations (k, 24, 4) of some frames (k,) with arms and legs turned so that these are above the floor (n,);
    and by how much standing feet pull each leg (k, 2) below it all the same.

    Args:
        legs: where feet shall be; soles: (n, 2, 4) how they are turned.
    """
    rotations, root = np.array(motion.rotations[rows], np.float64), np.asarray(motion.root[rows], np.float64)
    height, floor, contacts = height_of(motion), floor[rows], motion.contacts[rows]
    balls, soles = legs.balls[rows], soles[rows]
    for at in chunks(len(rows), check_in):
        turned = rotations[at]
        for _ in range(_ROUNDS):
            for joint, parts in _LEGS:
                turned = _swung(turned, root[at], motion.rest_joints, height, floor[at], joint, parts)
            turned = reach(turned, root[at], motion.rest_joints, balls[at], soles[at], STRAIGHT)
            turned[:, BALLS] = rotations[at][:, BALLS]
            turned = feet_above(turned, root[at], motion.rest_joints, height, floor[at], contacts[at])
            for joint, parts in _ARMS:
                turned = _swung(turned, root[at], motion.rest_joints, height, floor[at], joint, parts)
        rotations[at] = turned
    posed = replace(motion, rotations=rotations, root=root)
    depth = _depth(lowest_points(posed, check_in)[1][..., 2], floor)
    return rotations, np.stack([depth[:, parts].max(axis=1) for _, parts in _LEGS], axis=1) * contacts


def floor_levels(motion: Motion, legs: LegTracks, levels: Levels | None = None) -> Array:
    """Height (m,) of the floor under somebody: 0, or of lower ground that the feet stand on before or after.

    Args:
        levels: of what feet stand on. What the user gave is ground, however little it is lower. A floor that the user
            raised above the feet holds up nobody who stands; one that they lowered is not yet below who does.
    """
    levels = levels or usual_levels(motion.contacts)
    usual = max(levels.floor, 0.0)
    count = len(motion.root)
    ground = np.full(count, usual)
    if not motion.contacts.any():
        return ground
    soles = legs.balls[..., 2] - sole_clearance(motion.rest_joints)[2:]
    known = np.full(count, np.nan)
    for foot in (0, 1):
        for start, stop in runs(motion.contacts[:, foot]):
            level = float(np.median(soles[start:stop, foot]))
            lower = level < levels.floor - _STEP or levels.floor < 0 or levels.given[start:stop, foot].any()
            known[start:stop] = np.fmin(known[start:stop], min(level, usual) if lower else usual)
    stands = np.flatnonzero(np.isfinite(known))
    ground[: stands[0]], ground[stands[-1] :] = known[stands[0]], known[stands[-1]]
    ground[stands] = known[stands]
    for a, b in pairwise(stands.tolist()):
        ground[a + 1 : b] = min(known[a], known[b])
    return ground


def _carried_depth(motion: Motion, floor: Array, check_in: CheckIn) -> Array:
    """How far (n,) the trunk, or a knee that carries the body, is below the floor (n,)."""
    below = _depth(lowest_points(motion, check_in)[1][..., 2], floor)
    joints = motion.joints()
    thighs = normalize(joints[:, KNEES] - joints[:, HIPS])
    below[:, _KNEES] *= thighs[..., 2] < _KNEELING
    return np.asarray(below[:, [*_TRUNK, *_KNEES]].max(axis=1))


def _lifted(motion: Motion, footage: FootageInfo, depth: Array, legs: LegTracks, soles: Array) -> Motion:
    """The body raised, smoothly, by at least `depth` (n,) meters, and moved aside to where standing legs reach their
    feet again.

    Args:
        legs, soles: see `_with_limbs_above`.
    """
    root = np.array(motion.root, np.float64)
    ankles = legs.balls - quat_rotate(soles, motion.rest_joints[BALLS] - motion.rest_joints[ANKLES])
    for part in stretches(motion, footage):
        width = _LIFT_S / frame_interval(footage.times[motion.frame_index[part]])
        root[part, 2] += envelope(depth[part], max(round(4 * width), 1), width)
        for _ in range(_SIDESTEPS):
            hips = leg_joints(motion.rotations[part], root[part], motion.rest_joints).hip
            leg = ankles[part] - hips
            lacking = out_of_reach(hips, ankles[part], motion.rest_joints) * motion.contacts[part][..., None]
            # What a steep leg lacks along itself takes a longer way on the level.
            longer = (leg**2).sum(axis=-1) / np.maximum((leg[..., :2] ** 2).sum(axis=-1), 1e-6)
            aside = longest(lacking[..., :2] * np.minimum(longer, _STEEPEST_LEG)[..., None])
            if not aside.any():
                break
            root[part, :2] += _GAIN * gaussian(aside, width)
    return replace(motion, root=root.astype(np.float32))


def _depth(lowest: Array, floor: Array) -> Array:
    """How far (n, P) points at heights `lowest` are below the floor (n,)."""
    below = floor[:, None] - lowest
    return np.where(below < _DEEPEST, np.maximum(below, 0.0), 0.0)


def _swung(
    rotations: Array, root: Array, rest_joints: Array, height: float, floor: Array, joint: int, parts: list[int]
) -> Array:
    """Local rotations (n, 24, 4) with one joint turned upward, as far as some parts beyond it are below the floor."""
    joints, turned = forward_kinematics(rotations, root, rest_joints)
    carriers = [PARTS[part] for part in parts]
    points = np.einsum("npij,pdj->npdi", matrix_from_quat(turned[:, carriers]), skin_points()[parts] * height)
    own = (points + joints[:, carriers, None]).reshape(len(root), -1, 3)
    depth = _depth(own[..., 2], floor)
    moved = np.flatnonzero(depth.max(axis=1) > 1e-4)
    if not len(moved):
        return rotations
    lever, depth = own[moved] - joints[moved, joint, None], depth[moved]
    length = np.linalg.norm(lever, axis=-1)
    height_now = np.clip(lever[..., 2] / length, -1, 1)
    height_then = np.clip((lever[..., 2] + depth) / length, height_now, np.maximum(_STEEPEST, height_now))
    furthest = np.arange(len(moved)), (np.arcsin(height_then) - np.arcsin(height_now)).argmax(axis=1)
    now, rise = lever[furthest] / length[furthest][:, None], height_then[furthest][:, None]
    then = normalize(now * [1.0, 1.0, 0.0] + 1e-6) * np.sqrt(1 - rise**2) + rise * [0.0, 0.0, 1.0]
    result = np.array(rotations)
    swung = quat_multiply(shortest_turn(now, then), turned[moved, joint])
    result[moved, joint] = quat_multiply(quat_conjugate(turned[moved, PARENTS[joint]]), swung)
    return result
