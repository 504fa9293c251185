"""Lengths between landmarks over a whole clip: what the image shows of a person's proportions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import matrix_from_quat, normalize
from ...take.observations import Observations
from ...take.take import Motion
from ...typing import Array
from ..landmark_fit import markers as lm
from ..landmark_fit.joint_orientation import toward_viewer
from ..landmark_fit.kinematic_chain import LEAD, Chain
from ..landmark_fit.markers import CARRIER, USED, marker_offsets

_SEGMENTS = (
    ((lm.LEFT_HIP, lm.LEFT_KNEE), 0.0, 0.045),
    ((lm.LEFT_KNEE, lm.LEFT_ANKLE), 0.02, 0.035),
    ((lm.LEFT_SHOULDER, lm.LEFT_ELBOW), 0.08, 0.035),
    ((lm.LEFT_ELBOW, lm.LEFT_WRIST), -0.045, 0.055),
    ((lm.LEFT_SHOULDER, lm.LEFT_HIP), -0.02, 0.03),
    ((lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER), -0.05, 0.06),
    ((lm.LEFT_HIP, lm.RIGHT_HIP), -0.09, 0.07),
)
"""Landmarks at the ends of each segment (its twin on the right is the next of both); mean and standard deviation of how
far the logarithm of its length is off, as measured on rendered people: the landmarks of a person have habits that no
number of frames averages out."""
_ACROSS = 0.93
"""Sine of a segment's angle with the line of sight from which on its length shows."""
_VISIBLE = 0.8
_FEWEST, _MOST = 5, 240
"""Frames that show a segment: fewer say nothing, more say nothing new."""
_INDEPENDENT = 15
"""Frames after which a landmark errs independently."""


@dataclass(frozen=True)
class Lengths:
    """Natural logarithms of the lengths of the segments, in meters, and their standard deviations, infinite where
    nothing shows; (S,) both."""

    logs: Array
    errors: Array


def measured_lengths(observations: Observations, motion: Motion, optics: Pinhole) -> Lengths:
    """Medians over the frames that show a segment from the side, left and right together.

    Args:
        motion: a fit of these landmarks in camera space, which gives the distance.
    """
    assert observations.keypoints3d is not None
    at = np.searchsorted(motion.frame_index, observations.frame_index).clip(0, len(motion.frame_index) - 1)
    rows = np.flatnonzero((motion.frame_index[at] == observations.frame_index) & motion.valid[at])
    rows = rows[:: max(1, len(rows) // _MOST)]
    at = at[rows]
    pose = Chain(motion.rest_joints).pose(matrix_from_quat(motion.rotations[at].astype(np.float64))[:, LEAD])
    distance = np.zeros((len(rows), 33))
    distance[:, USED] = np.linalg.norm(pose.markers[:, : len(USED)] + motion.root[at, None], axis=-1)
    pixels = observations.keypoints2d[rows].astype(np.float64)
    slopes = (pixels - optics.center_px) / optics.focal_px
    rays = normalize(np.concatenate([slopes, np.ones((*slopes.shape[:2], 1))], axis=-1))
    world = toward_viewer(observations.keypoints3d[rows].astype(np.float64), pixels, optics)
    logs, errors = np.zeros(len(_SEGMENTS)), np.full(len(_SEGMENTS), np.inf)
    for index, ((start, end), bias, habit) in enumerate(_SEGMENTS):
        across = start % 2 != end % 2
        shown = []
        for a, b in ((start, end),) if across else ((start, end), (start + 1, end + 1)):
            ray = normalize(rays[:, a] + rays[:, b])
            along = (normalize(world[:, b] - world[:, a]) * ray).sum(axis=-1)
            sine = np.sqrt(np.maximum(1 - along**2, 1e-9))
            length = np.linalg.norm(rays[:, b] - rays[:, a], axis=-1) * (distance[:, a] + distance[:, b]) / 2 / sine
            seen = np.minimum(observations.visibility[rows, a], observations.visibility[rows, b]) > _VISIBLE
            shown.append(np.log(np.maximum(length[seen & (sine > _ACROSS)], 1e-3)))
        values = np.concatenate(shown)
        if len(values) >= _FEWEST:
            median = np.median(values)
            logs[index] = median - bias
            spread = 1.48 * np.median(np.abs(values - median))
            errors[index] = np.hypot(habit, spread / np.sqrt(max(len(values) / _INDEPENDENT, 1)))
    return Lengths(logs, errors)


def expected_lengths(rest_joints: Array) -> Array:
    """Logarithms of the same lengths (S,) on a rest skeleton (24, 3), in meters."""
    points = np.zeros((33, 3))
    points[list(USED)] = np.asarray(rest_joints)[CARRIER] + marker_offsets(rest_joints)
    ends = np.array([segment for segment, *_ in _SEGMENTS])
    return np.asarray(np.log(np.linalg.norm(points[ends[:, 1]] - points[ends[:, 0]], axis=-1)))
