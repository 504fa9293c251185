"""Up by all evidence of the people of a scene: how they stand, balance and step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...geometry.rotations import quat_from_matrix
from ...geometry.skeleton import forward_kinematics
from ...take.resample import frame_interval
from ...take.settings.level import LevelSettings
from ...take.take import Camera, FootageInfo, Motion
from ...typing import Array
from ..contacts.detection import find_contacts, runs
from ..contacts.foot_visibility import FootVisibility
from ..contacts.legs import CheckIn, LegTracks, leg_tracks
from ..contacts.soles import lowest_soles
from ..motion_transforms import into_world, turned_camera
from .common_floor import touch_heights
from .leveling import camera_rotation
from .up_direction import Stance, body_axis, likeliest_up, standing_direction

_SAMPLES = 2000
"""Frames of a person that are looked at; more would not tell more."""


def find_up(
    motions: Sequence[Motion],
    visibilities: Sequence[FootVisibility],
    path: Camera,
    footage: FootageInfo,
    check_in: CheckIn,
) -> Array | None:
    """Up (3,) in the space of the first frame's camera; None when nobody stands upright.

    Args:
        motions: in camera space, before any foot was planted: that would confirm the floor it was planted on.
        path: of the camera, in the space of the first frame's camera.
    """
    motions = [into_world(motion, path) for motion in motions]
    samples = [_sample(motion) for motion in motions]
    joints = [_joints(motion, at) for motion, at in zip(motions, samples, strict=True)]
    axes = [body_axis(each, motion.rest_joints) for each, motion in zip(joints, motions, strict=True)]
    if not axes:
        return None
    straight = standing_direction(*(np.concatenate(each) for each in zip(*axes, strict=True)))
    if straight is None:
        return None
    rotation = camera_rotation(straight, LevelSettings())
    camera = turned_camera(path, rotation)
    stances = []
    for motion, visibility, at, each in zip(motions, visibilities, samples, joints, strict=True):
        legs = leg_tracks(motion, check_in).turned(quat_from_matrix(rotation))
        contacts = _contacts(motion, legs, visibility, camera, footage)
        seconds = float(motion.valid.sum() * frame_interval(footage.times[motion.frame_index]))
        holds = _footholds(legs, contacts) @ rotation
        stances.append(Stance(each, contacts[at], seconds, holds, motion.rest_joints))
    return likeliest_up(straight, stances)


def _contacts(
    motion: Motion, legs: LegTracks, visibility: FootVisibility, camera: Camera, footage: FootageInfo
) -> Array:
    floor = float(np.median(touch_heights(motion, legs, footage)[motion.valid]))
    soles = lowest_soles(legs, motion.rest_joints) - floor
    return find_contacts(motion, legs, soles, visibility, camera, footage)


def _footholds(legs: LegTracks, contacts: Array) -> Array:
    """(k, 3) median positions of the balls of the feet over each contact."""
    holds = [
        np.median(legs.balls[start:stop, foot], axis=0) for foot in (0, 1) for start, stop in runs(contacts[:, foot])
    ]
    return np.reshape(holds, (-1, 3))


def _sample(motion: Motion) -> Array:
    """At most a few thousand valid frames, evenly spread."""
    return np.flatnonzero(motion.valid)[:: max(1, len(motion.frame_index) // _SAMPLES)]


def _joints(motion: Motion, at: Array) -> Array:
    return forward_kinematics(motion.rotations[at], motion.root[at], motion.rest_joints)[0]
