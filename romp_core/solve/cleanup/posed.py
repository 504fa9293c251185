"""Poses that the user put right, on top of the solved motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...geometry.fingers import FINGERS
from ...geometry.rotations import normalize, quat_multiply
from ...geometry.skeleton import JOINT, JOINTS, N_JOINTS, forward_kinematics
from ...take.edits import PoseEdit
from ...take.edits.pose_track import correction
from ...take.sources import EDITED
from ...take.take import FootageInfo, Motion
from ...typing import Array

_MOVED_M = 0.01
"""A foot that a pose moves farther than this is not held where it stood."""
_FEET = ([JOINT["left_ankle"], JOINT["left_foot"]], [JOINT["right_ankle"], JOINT["right_foot"]])


def with_poses(motion: Motion, edits: Sequence[PoseEdit], footage: FootageInfo) -> Motion:
    """The motion of a person in the world, in the user's meters, with the poses that the user put right.

    Exactly as posed: feet are not planted again, and those that are moved away do not stand. Rows away from the edits
    stay as they are, to the last bit. Fingers count where the motion has some.

    Args:
        edits: of that person.
    """
    at = footage.times[motion.frame_index]
    names = JOINTS + FINGERS if motion.has_fingers else JOINTS
    made = correction(edits, names, footage.times, footage.cuts, at)
    rows = np.flatnonzero((made.weights > 0).any(axis=1) | (made.shifts != 0).any(axis=1))
    if not len(rows):
        return motion
    before = np.concatenate([motion.rotations, motion.fingers], axis=1) if motion.has_fingers else motion.rotations
    turned = normalize(quat_multiply(before[rows], made.turns[rows]))
    turned = np.where(made.weights[rows, :, None] > 0, turned, before[rows])
    rotations = _with(motion.rotations, rows, turned[:, :N_JOINTS])
    posed = replace(motion, rotations=rotations, root=_with(motion.root, rows, motion.root[rows] + made.shifts[rows]))
    if motion.has_fingers:
        posed = replace(posed, fingers=_with(motion.fingers, rows, turned[:, N_JOINTS:]))
    posed = replace(posed, contacts=_with(motion.contacts, rows, motion.contacts[rows] & ~_moved(motion, posed, rows)))
    if not len(motion.confidence):
        return posed
    weights = made.weights[rows, :N_JOINTS].astype(np.float32)
    known = np.maximum(motion.confidence[rows], weights)
    source = np.where(weights >= 0.5, EDITED, motion.source[rows])
    return replace(posed, confidence=_with(motion.confidence, rows, known), source=_with(motion.source, rows, source))


def _moved(before: Motion, after: Motion, rows: Array) -> Array:
    """(n, 2) bool: the poses moved this foot, in these rows (n,)."""
    one, other = (
        forward_kinematics(each.rotations[rows], each.root[rows], each.rest_joints)[0] for each in (before, after)
    )
    away = np.linalg.norm(other - one, axis=-1)
    return np.stack([away[:, foot].max(axis=1) for foot in _FEET], axis=1) > _MOVED_M


def _with(array: Array, rows: Array, values: Array) -> Array:
    """The array with other values in some rows."""
    changed = np.array(array)
    changed[rows] = values
    return changed
