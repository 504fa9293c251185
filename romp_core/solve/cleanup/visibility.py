"""Which joints of a person the image shows: where infilling has to say something."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...geometry.skeleton import JOINT, N_JOINTS
from ...take.observations import Observations
from ...take.take import FootageInfo
from ...typing import Array
from ..landmark_fit.markers import (
    LEFT_ANKLE,
    LEFT_EAR,
    LEFT_ELBOW,
    LEFT_HEEL,
    LEFT_HIP,
    LEFT_INDEX,
    LEFT_KNEE,
    LEFT_PINKY,
    LEFT_SHOULDER,
    LEFT_TOE,
    LEFT_WRIST,
    NOSE,
)
from ..segments import finite

_HIDDEN, _CLEAR = 0.02, 0.06
"""Visibilities of landmarks at and below which nothing is seen, and from which on a joint counts fully."""
_MEDIAN, _DILATED = 1, 1
"""Frames on either side over which visibilities are calmed, and by which what is hidden grows."""

_SHOWN_BY = {
    "hip": (LEFT_KNEE, LEFT_ANKLE),
    "knee": (LEFT_ANKLE,),
    "ankle": (LEFT_TOE, LEFT_HEEL, LEFT_ANKLE),
    "foot": (LEFT_TOE, LEFT_HEEL, LEFT_ANKLE),
    "collar": (LEFT_SHOULDER, LEFT_ELBOW),
    "shoulder": (LEFT_ELBOW, LEFT_WRIST),
    "elbow": (LEFT_WRIST,),
    "wrist": (LEFT_INDEX, LEFT_PINKY, LEFT_WRIST),
    "hand": (LEFT_INDEX, LEFT_PINKY, LEFT_WRIST),
}
"""Left landmarks of which the clearest shows how a left joint is turned; a right one's number is one more."""
_TRUNK = (LEFT_SHOULDER, LEFT_SHOULDER + 1, LEFT_HIP, LEFT_HIP + 1)
_HEAD = (NOSE, LEFT_EAR, LEFT_EAR + 1)


def joint_visibility(
    observations: Observations, others: Sequence[Observations], frame_index: Array, footage: FootageInfo
) -> Array:
    """How well each joint of a person is seen, (m, 24) in 0..1, in these frames (m,); 0 where the person is not found.

    Args:
        others: everybody else of the take; who of them is nearer to the camera may be in front.
    """
    usable = finite(observations)
    rows = observations.rows(usable)
    if observations.has_rotations:
        shown = np.minimum(rows.visibility, _uncovered(rows, others))
    else:
        shown = _by_landmarks(rows.visibility)
    result = np.zeros((len(frame_index), N_JOINTS))
    at = rows.frame_index - frame_index[0]
    result[at] = _calm(np.clip((shown - _HIDDEN) / (_CLEAR - _HIDDEN), 0, 1), rows.frame_index)
    return result


def _by_landmarks(visibility: Array) -> Array:
    """(n, 24) by the visibilities of landmarks (n, 33)."""
    shown = np.repeat(visibility[:, _TRUNK].max(axis=1, keepdims=True), N_JOINTS, axis=1)
    for name, landmarks in _SHOWN_BY.items():
        for side, prefix in enumerate(("left", "right")):
            shown[:, JOINT[f"{prefix}_{name}"]] = visibility[:, [each + side for each in landmarks]].max(axis=1)
    for name in ("neck", "head"):
        shown[:, JOINT[name]] = visibility[:, _HEAD].max(axis=1)
    return shown


def _uncovered(rows: Observations, others: Sequence[Observations]) -> Array:
    """(n, 24): 0 where somebody nearer to the camera is in front of a joint of a body model, whose depths are known."""
    free = np.ones((len(rows.frame_index), N_JOINTS))
    if rows.root is None:
        return free
    for other in others:
        if other.root is None:
            continue
        _, mine, theirs = np.intersect1d(rows.frame_index, other.frame_index, return_indices=True)
        nearer = other.root[theirs, 2] < rows.root[mine, 2]
        points = other.keypoints2d[theirs]
        low, high = points.min(axis=1), points.max(axis=1)
        inside = (rows.keypoints2d[mine] >= low[:, None]) & (rows.keypoints2d[mine] <= high[:, None])
        free[mine] = np.where(inside.all(axis=-1) & nearer[:, None], 0.0, free[mine])
    return free


def _calm(shown: Array, frames: Array) -> Array:
    """Medians of three frames, and what is hidden a frame longer; over consecutive frames only."""
    result = np.array(shown)
    for part in np.split(np.arange(len(frames)), np.flatnonzero(np.diff(frames) > 1) + 1):
        padded = np.pad(shown[part], ((_MEDIAN, _MEDIAN), (0, 0)), mode="edge")
        calm = np.median([padded[k : k + len(part)] for k in range(2 * _MEDIAN + 1)], axis=0)
        grown = np.pad(calm, ((_DILATED, _DILATED), (0, 0)), mode="edge")
        result[part] = np.min([grown[k : k + len(part)] for k in range(2 * _DILATED + 1)], axis=0)
    return result
