"""Hold standing feet still on the floor, and everything else where the image shows it.

What feet slip along the line of sight is an error of the person's depth, so the root moves by it; what they slip across
it, the legs take up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...geometry.rotations import normalize, quat_rotate
from ...take.resample import frame_interval
from ...take.take import FootageInfo, Motion
from ...typing import Array
from ..filters import gaussian
from ..motion_transforms import stretches
from .detection import runs
from .flat_feet import flat_feet
from .legs import ANKLES, BALLS, CheckIn, LegTracks, chunks, foot_rotations, longest, out_of_reach, reach
from .levels import Levels, stands, usual_levels
from .soles import sole_clearance

_SHIFT_S = 0.12
"""Width of the root's correction: slower slips move the body, faster ones only bend the legs."""
_PULL_S, _PULL_GAIN = 0.06, 1.3
"""Width of the pull of a leg that is too short, and a gain, because smoothing flattens its peak."""
_MOST_DEPTH, _MOST_PULL = 0.05, 0.03
"""Most that feet move the body: along the line of sight, as a share of its distance; and where a leg is too short, in
meters. A foothold further away is not reached, and the body stays where the image shows it."""
_RELEASE_S = 0.12
"""A foot that leaves the floor returns to its own path over this time."""
_LIFTED = 0.35
"""Height of the heel, as `flat_feet` has it, below which a foot stands flat of which the user says that it stands."""
_STEP_UP = 0.15
"""A stand further than this from the floor, meters, is on something else and keeps its height."""
_DEPTH, _FOOT_M = 0.03, 0.02
"""Standard deviations of a foot's depth by the size of the person, as a share; and of its height in the image, meters,
from which the floor tells its depth, the better the higher the camera."""
_LOWEST_CAMERA = 0.2
"""Meters of the camera above the floor below which feet cannot be seen to stand on it."""


@dataclass(frozen=True)
class Decided:
    """Feet of which the user says that they stand (m, 2) bool, and those that the image does not show (m, 2) bool."""

    stands: Array
    hidden: Array


def plant_feet(
    motion: Motion,
    legs: LegTracks,
    eye: Array,
    footage: FootageInfo,
    check_in: CheckIn,
    decided: Decided | None = None,
    levels: Levels | None = None,
) -> Motion:
    """Hold feet in contact still on the floor, shot by shot and gap by gap.

    Args:
        motion, legs: in a world with z up and the floor at 0. eye: (m, 3) positions of the camera.
        decided: by the user: what stands is reached, however far the body must go. levels: of what feet stand on; None
            for the floor.
    """
    contacts = motion.contacts
    levels = levels or usual_levels(contacts)
    if not contacts.any():
        return motion
    rotations, root = np.array(motion.rotations), np.array(motion.root, dtype=np.float64)
    eye = np.broadcast_to(eye, root.shape)
    clearance = sole_clearance(motion.rest_joints)[2:]
    for part in stretches(motion, footage):
        if not contacts[part].any():
            continue
        times = footage.times[motion.frame_index[part]]
        interval = frame_interval(times)
        balls = legs.balls[part]
        near = LegTracks(legs.hips[part], legs.ankles[part], balls)
        by_user = np.zeros_like(contacts[part]) if decided is None else decided.stands[part]
        doubt = None if decided is None else np.where(by_user, np.where(decided.hidden[part], np.inf, _LIFTED), 0.0)
        turned = flat_feet(foot_rotations(rotations[part]), near, contacts[part], motion.rest_joints, times, doubt)
        view_ray = normalize(root[part] - eye[part])
        own = levels.part(part)
        holds = footholds(balls, contacts[part], clearance, eye[part], own)
        most = _MOST_DEPTH * np.linalg.norm(root[part] - eye[part], axis=1)
        shift = view_ray * np.clip(depth_shift(balls, holds, contacts[part], view_ray, interval), -most, most)[:, None]
        if own.given.any():
            shift[:, 2] += body_lift(balls + shift[:, None], holds, contacts[part], own.given, interval)
        balls = balls + shift[:, None]
        ankles = holds - quat_rotate(turned, motion.rest_joints[BALLS] - motion.rest_joints[ANKLES])
        pull = follow_short_legs(
            legs.hips[part] + shift[:, None],
            ankles,
            motion.rest_joints,
            contacts[part],
            interval,
            np.where(by_user.any(axis=1), np.inf, _MOST_PULL),
        )
        root[part] += shift + pull
        paths = released(balls + pull[:, None], holds, contacts[part], times)
        for chunk in chunks(part.stop - part.start, check_in):
            at = slice(part.start + chunk.start, part.start + chunk.stop)
            rotations[at] = reach(rotations[at], root[at], motion.rest_joints, paths[chunk], turned[chunk])
    return replace(motion, rotations=rotations, root=root.astype(np.float32))


def footholds(balls: Array, contacts: Array, clearance: Array, eye: Array, levels: Levels) -> Array:
    """Where the balls of the feet stand (m, 2, 3): constant in each stand, at its level; elsewhere as they are.

    Feet come onto the floor along the line of sight, as far as that tells their depth better than the person's size;
    and straight up or down to a level of their own that is further away than the image can tell.

    Args:
        balls: (m, 2, 3) world; contacts: (m, 2); clearance: (2,) height of the ball above the sole; eye: (m, 3).
    """
    holds = np.array(balls, dtype=np.float64)
    for foot, stand, own in stands(contacts, levels.own):
        place, camera = balls[stand, foot], eye[stand]
        ground = clearance[foot] + (levels.floor if np.isnan(own) else own)
        near = abs(np.median(place[:, 2]) - ground) <= _STEP_UP
        if not near and np.isnan(own):
            holds[stand, foot] = np.median(place, axis=0)
            continue
        drop, above = camera[:, 2] - ground, camera[:, 2] - place[:, 2]
        if near and min(drop.min(), above.min()) > _LOWEST_CAMERA:
            trust = _DEPTH**2 / (_DEPTH**2 + (_FOOT_M / drop) ** 2)
            place = camera + (place - camera) * np.exp(np.median(trust * np.log(drop / above)))
        holds[stand, foot] = [*np.median(place[:, :2], axis=0), ground]
    return holds


def body_lift(balls: Array, holds: Array, contacts: Array, given: Array, interval: float) -> Array:
    """Meters (m,) by which the body goes up or down with feet to a level of their own, low-passed.

    Of several feet that stand, it goes with the one that has the least way; to another way than that, legs bend.

    Args:
        given: (m, 2) bool, feet with such a level.
    """
    rise = np.where(contacts, (holds - balls)[..., 2], np.nan)
    standing = np.flatnonzero(contacts.any(axis=1))
    low, high = np.nanmin(rise[standing], axis=1), np.nanmax(rise[standing], axis=1)
    common = np.where(given[standing].any(axis=1), np.clip(0.0, low, high), 0.0)
    return gaussian(np.interp(np.arange(len(rise)), standing, common), _SHIFT_S / interval)


def depth_shift(balls: Array, holds: Array, contacts: Array, view_ray: Array, interval: float) -> Array:
    """Low-passed correction of the root along the lines of sight (m, 3), meters (m,), that brings standing feet to
    their footholds."""
    count = contacts.sum(axis=1)
    slip = ((holds - balls) * contacts[..., None]).sum(axis=1) / np.maximum(count, 1)[:, None]
    stands = np.flatnonzero(count)
    along = (slip * view_ray).sum(axis=1)
    return gaussian(np.interp(np.arange(len(slip)), stands, along[stands]), _SHIFT_S / interval)


def follow_short_legs(
    hips: Array, ankles: Array, rest_joints: Array, contacts: Array, interval: float, most: Array
) -> Array:
    """Correction of the root (m, 3) where a standing leg would have to be longer than it is.

    Args:
        hips, ankles: (m, 2, 3) world, the ankles where they shall be; contacts: (m, 2). most: (m,) meters of it.
    """
    total = np.zeros((len(hips), 3))
    for last in (False, False, True, True, True):  # smoothly first; what little is then left, exactly
        worst = longest(out_of_reach(hips + total[:, None], ankles, rest_joints) * contacts[..., None])
        total += worst if last else gaussian(worst, _PULL_S / interval) * _PULL_GAIN
    size = np.linalg.norm(total, axis=1, keepdims=True)
    return total * np.minimum(1, most[:, None] / np.maximum(size, 1e-9))


def released(balls: Array, holds: Array, contacts: Array, times: Array) -> Array:
    """Paths of the balls (m, 2, 3): the foothold while a foot stands, eased into its own path before and after."""
    offset = np.where(contacts[..., None], holds - balls, 0.0)
    result = balls + offset
    for foot in (0, 1):
        for start, stop in runs(~contacts[:, foot]):
            edges = [edge for edge in (start - 1, stop) if 0 <= edge < len(times)]
            away = [np.minimum(np.abs(times[start:stop] - times[edge]) / _RELEASE_S, 1) for edge in edges]
            ease = [0.5 + 0.5 * np.cos(np.pi * distance) for distance in away]
            whole = np.maximum(sum(ease), 1)  # a short step is drawn to both footholds, but no further than to one
            for edge, share in zip(edges, ease, strict=True):
                result[start:stop, foot] += (share / whole)[:, None] * offset[edge, foot]
    return result
