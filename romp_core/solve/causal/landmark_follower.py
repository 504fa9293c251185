"""The pose of one person from landmarks as they come: the offline fit over the last moments, of which the end is given.

The motion prior carries what one image does not show (depth, twist), as offline; only the future is missing. The fit
needs even times, and frames come when they come: so each time the last moments are sampled anew, back from the newest.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import matrix_from_quat, quat_from_matrix, slerp
from ...geometry.skeleton import JOINT
from ...typing import Array
from ..landmark_fit.gauss_newton import refine
from ..landmark_fit.initial_pose import initial_pose
from ..landmark_fit.kinematic_chain import GROUPS, Chain, expand
from ..landmark_fit.landmarks import Landmarks, landmarks_of

_SPACING_S = 1 / 30
_ARM_JOINTS = [JOINT[f"{side}_{name}"] for side in ("left", "right") for name in ("shoulder", "elbow")]
_SAMPLES = 5
"""How many moments are fitted: more of them lag behind fast motion, fewer tremble."""
_STRENGTH, _ITERATIONS = 0.7, 2
"""Of the motion prior, and how often a frame is fitted: it starts close to the solution."""
_FIRST_LOOSENESS = (0.4, 0.4, 0.4, 0.7, 0.7, 1.0, 1.0)
"""Of the iterations for the first frame: near rest at first, away from local minima."""
_CARRY = 0.7
"""Share of the last step that is expected once more."""
_ARMS = [index for index, group in enumerate(GROUPS) if group[0] in _ARM_JOINTS]
"""Groups of the upper arms and forearms: an arm that stretches toward the camera may bend to either side, and the fit
finds the other side from nearby alone."""
FORGET_S = 0.5
"""After this long without the person the last pose tells nothing."""


class _Seen(NamedTuple):
    """What was measured in one frame: pixels (K, 2), visibility (K,), world (K, 3)."""

    time: float
    pixels: Array
    visibility: Array
    world: Array


class LandmarkFollower:
    """Follows one person.

    Args:
        rest_joints: (24, 3) meters; pinhole: the camera.
    """

    def __init__(self, rest_joints: Array, pinhole: Pinhole) -> None:
        self._chain, self._pinhole = Chain(rest_joints), pinhole
        self._seen: deque[_Seen] = deque()
        self._times = np.zeros(0)  # of the last fit: (n,), its (n, G, 4) turns and (n, 3) roots
        self._turns, self._root = np.zeros((0, 0, 4)), np.zeros((0, 3))

    def follow(self, keypoints2d: Array, visibility: Array, keypoints3d: Array, time: float) -> tuple[Array, Array]:
        """The pose at `time` seconds, later than the one before.

        Args:
            keypoints2d: (K, 2) px; visibility: (K,); keypoints3d: (K, 3) meters, camera axes.

        Returns:
            rotations (24, 4) wxyz, index 0 from SMPL rest to camera space, and root (3,) in camera space, meters.
        """
        if self._seen and not 0 < time - self._seen[-1].time <= FORGET_S:
            self._seen.clear()
            self._times = np.zeros(0)
        measured = (np.asarray(each, np.float64) for each in (keypoints2d, visibility, keypoints3d))
        self._seen.append(_Seen(time, *measured))
        while len(self._seen) > 2 and self._seen[1].time < time - (_SAMPLES - 1) * _SPACING_S:
            self._seen.popleft()
        turns, root = self._next() if len(self._times) else self._first()
        return quat_from_matrix(expand(turns[-1:]))[0], root[-1]

    def _first(self) -> tuple[Array, Array]:
        times = np.array([self._seen[-1].time])
        landmarks = self._sampled(times)
        turns, root = initial_pose(self._chain, landmarks.measured, landmarks.world, landmarks.visibility)
        for looseness in _FIRST_LOOSENESS:
            turns, root = refine(self._chain, landmarks.measured, turns, root, 0.0, looseness)
        return self._keep(times, turns, root)

    def _next(self) -> tuple[Array, Array]:
        newest = self._seen[-1].time
        count = 1 + int(np.clip(round((newest - self._seen[0].time) / _SPACING_S), 1, _SAMPLES - 1))
        times = newest - _SPACING_S * np.arange(count)[::-1]
        measured = self._sampled(times).measured
        turns, root = self._expected(times)
        turns[-1, _ARMS] = self._arms_half_way(turns[-1, _ARMS])
        for _ in range(_ITERATIONS):
            turns, root = refine(self._chain, measured, turns, root, _STRENGTH)
        return self._keep(times, turns, root)

    def _sampled(self, times: Array) -> Landmarks:
        """The landmarks at even times, straight between frames."""
        known = np.array([each.time for each in self._seen])
        before, share = _between(known, times)
        share = share.clip(0, 1)

        def at(values: Array) -> Array:
            part = share.reshape(-1, *[1] * (values.ndim - 1))
            return np.asarray(values[before] * (1 - part) + values[np.minimum(before + 1, len(known) - 1)] * part)

        columns = zip(*((each.pixels, each.visibility, each.world) for each in self._seen), strict=True)
        pixels, visibility, world = (at(np.stack(column)) for column in columns)
        return landmarks_of(pixels, visibility, world, self._pinhole, _SPACING_S)

    def _expected(self, times: Array) -> tuple[Array, Array]:
        """The last solution at these times; beyond its end the motion goes on, a little slower."""
        if len(self._times) == 1:
            count = len(times)
            return np.repeat(matrix_from_quat(self._turns), count, axis=0), np.repeat(self._root, count, axis=0)
        before, share = _between(self._times, times)
        share = np.where(share > 1, 1 + _CARRY * (share - 1), share)[:, None]
        turns = slerp(self._turns[before], self._turns[before + 1], share)
        root = self._root[before] * (1 - share) + self._root[before + 1] * share
        return matrix_from_quat(turns), root

    def _arms_half_way(self, expected: Array) -> Array:
        """Rotations (g, 3, 3) of the arms halfway to where the newest frame alone shows them."""
        newest = self._sampled(np.array([self._seen[-1].time]))
        alone, _ = initial_pose(self._chain, newest.measured, newest.world, newest.visibility)
        both = slerp(quat_from_matrix(expected), quat_from_matrix(alone[0, _ARMS]), 0.5)
        return matrix_from_quat(both)

    def _keep(self, times: Array, turns: Array, root: Array) -> tuple[Array, Array]:
        self._times, self._turns, self._root = times, quat_from_matrix(turns), root
        return turns, root


def _between(known: Array, times: Array) -> tuple[Array, Array]:
    """Index of the known time before each of these, and how far it is on the way to the next one; above 1 after all."""
    before = np.clip(np.searchsorted(known, times, side="right") - 1, 0, max(len(known) - 2, 0))
    step = known[np.minimum(before + 1, len(known) - 1)] - known[before]
    return before, (times - known[before]) / np.where(step > 0, step, 1.0)
