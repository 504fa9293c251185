"""What the people of a scene show of floor and vertical: where their feet stood, and how they balanced over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...geometry.rotations import normalize, quat_from_matrix
from ...geometry.skeleton import forward_kinematics
from ...take.resample import frame_interval
from ...take.settings.level import LevelSettings
from ...take.take import Camera, FootageInfo, Motion
from ...typing import Array
from ..contacts.detection import find_contacts, runs
from ..contacts.foot_visibility import FootVisibility
from ..contacts.gait import on_feet
from ..contacts.legs import CheckIn, LegTracks, leg_tracks
from ..contacts.soles import lowest_soles, sole_clearance
from ..landmark_fit.markers import skeleton_size
from ..motion_transforms import into_world, turned_camera
from .common_floor import touch_heights
from .floor_and_sizes import Standing
from .leveling import camera_rotation
from .up_direction import balance, body_axis, standing_direction, walks

_SAMPLES = 2000
"""Frames of a person that are looked at; more would not tell more."""
_STOOD_S = 0.12
"""A foot that stands for less time than this says nothing about the floor."""
_STEP_S = 0.5
"""Time after which a body sways independently."""


@dataclass(frozen=True)
class Evidence:
    """What all people show.

    Attributes:
        straight: (3,) the way they stand, see `standing_direction`; people: each of them.
        contacts: (m, 2) bool per person, feet that stand as far as is known without the ground.
    """

    straight: Array | None
    people: list[Standing]
    contacts: list[Array]


def standing_evidence(
    motions: Sequence[Motion],
    visibilities: Sequence[FootVisibility],
    known: Sequence[bool],
    path: Camera,
    footage: FootageInfo,
    check_in: CheckIn,
) -> Evidence:
    """What the people of a scene show, in the space of the first frame's camera. `straight` is None when all lie.

    Args:
        motions: in camera space, before any foot was planted: that would confirm the floor it was planted on.
        known: people whose size is not to be questioned.
        path: of the camera, in the space of the first frame's camera.
    """
    motions = [into_world(motion, path) for motion in motions]
    samples = [_sample(motion) for motion in motions]
    joints = [_joints(motion, at) for motion, at in zip(motions, samples, strict=True)]
    axes = [body_axis(each, motion.rest_joints) for each, motion in zip(joints, motions, strict=True)]
    nobody = [np.zeros((len(motion.frame_index), 2), bool) for motion in motions]
    if not axes:
        return Evidence(None, [], nobody)
    walking = [
        np.full(len(at), walks(motion.root[at], footage.times[motion.frame_index[at]], *each, motion.rest_joints))
        for motion, at, each in zip(motions, samples, axes, strict=True)
    ]
    directions, weights = (np.concatenate(each) for each in zip(*axes, strict=True))
    straight = standing_direction(directions, weights, np.concatenate(walking))
    if straight is None:
        return Evidence(None, [], nobody)
    rotation = camera_rotation(straight, LevelSettings())
    camera = turned_camera(path, rotation)
    people, found = [], []
    for motion, visibility, at, each, given in zip(motions, visibilities, samples, joints, known, strict=True):
        legs = leg_tracks(motion, check_in).turned(quat_from_matrix(rotation))
        contacts = _contacts(motion, legs, visibility, camera, footage)
        found.append(contacts)
        interval = frame_interval(footage.times[motion.frame_index])
        shown = contacts & on_feet(legs, motion.rest_joints)[:, None]
        axis, share = balance(each, shown[at], motion.rest_joints, straight)
        people.append(
            Standing(
                points=_floor_points(legs, shown, motion, interval) @ rotation,
                axis=axis,
                ray=normalize(normalize(motion.root[at] - path.at(motion.frame_index[at])[1]).mean(axis=0)),
                steps=share * float(motion.valid.sum()) * interval / _STEP_S,
                known=given,
                stature=skeleton_size(motion.rest_joints),
            )
        )
    return Evidence(straight, people, found)


def _contacts(
    motion: Motion, legs: LegTracks, visibility: FootVisibility, camera: Camera, footage: FootageInfo
) -> Array:
    floor = float(np.median(touch_heights(motion, legs, footage)[motion.valid]))
    soles = lowest_soles(legs, motion.rest_joints) - floor
    return find_contacts(motion, legs, soles, visibility, camera, footage)


def _floor_points(legs: LegTracks, contacts: Array, motion: Motion, interval: float) -> Array:
    """(k, 3) the floor under the ball of each foot that stood, by the median over each contact; z up."""
    clearance = sole_clearance(motion.rest_joints)[2:]
    points = [
        np.median(legs.balls[start:stop, foot], axis=0) - [0, 0, clearance[foot]]
        for foot in (0, 1)
        for start, stop in runs(contacts[:, foot])
        if (stop - start) * interval > _STOOD_S
    ]
    return np.reshape(points, (-1, 3))


def _sample(motion: Motion) -> Array:
    """At most a few thousand valid frames, evenly spread."""
    return np.flatnonzero(motion.valid)[:: max(1, len(motion.frame_index) // _SAMPLES)]


def _joints(motion: Motion, at: Array) -> Array:
    return forward_kinematics(motion.rotations[at], motion.root[at], motion.rest_joints)[0]
