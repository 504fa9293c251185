"""Landmarks of one person to rotations and root in camera space: the part that is special to landmark models.

Long segments are fitted in overlapping windows and blended, so that memory does not grow with the take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import make_continuous, matrix_from_quat, quat_from_matrix, slerp
from ...geometry.skeleton import N_JOINTS
from ...take.observations import Observations
from ...typing import Array
from ..segments import Segment, blend_weights, windows
from .detector_points import with_detector_points
from .kinematic_chain import LEAD, Chain, expand
from .landmarks import segment_landmarks
from .residuals import Feet
from .window_fit import Pose, refit_window, rough_window

_WINDOW, _OVERLAP = 480, 60
"""Samples fitted at a time, and shared by neighboring windows; they bound the memory."""


@dataclass(frozen=True)
class Guess:
    """An earlier solution at the samples of a segment, in camera space, and what was learned since.

    Attributes:
        rotations: (T, 24, 4); root: (T, 3).
        feet: None before the contacts are known.
    """

    rotations: Array
    root: Array
    feet: Feet | None = None


def rough_segment(
    segment: Segment,
    observations: Observations,
    chain: Chain,
    optics: Pinhole,
    progress: Callable[[float], None],
) -> tuple[Array, Array]:
    """Local rotations (T, 24, 4) with the pelvis in camera space, and root (T, 3), float32, at the sample times.

    Good enough to measure the person in, and to start from.
    """
    track = _Track(len(segment.sample_times))
    for part, report in _windows(segment, progress):
        landmarks = segment_landmarks(segment.part(part), observations, optics)
        track.add(part, rough_window(chain, landmarks, report))
    return track.rotations, track.root


def refit_segment(
    segment: Segment,
    observations: Observations,
    chain: Chain,
    optics: Pinhole,
    progress: Callable[[float], None],
    guess: Guess,
) -> tuple[tuple[Array, Array], tuple[Array, Array] | None]:
    """The same in detail, starting from a guess; and once more without the motion prior, which less smoothing leads
    back to, where the contacts are known."""
    calm, raw = (_Track(len(segment.sample_times)) for _ in range(2))
    for part, report in _windows(segment, progress):
        landmarks = segment_landmarks(segment.part(part), observations, optics)
        start = matrix_from_quat(guess.rotations[part])[:, LEAD], guess.root[part]
        landmarks = with_detector_points(landmarks, segment.part(part), observations, chain, start)
        feet = None if guess.feet is None else guess.feet.rows(part)
        pose, loose = refit_window(chain, landmarks, start, feet, report)
        calm.add(part, pose)
        if loose is not None:
            raw.add(part, loose)
    return (calm.rotations, calm.root), None if guess.feet is None else (raw.rotations, raw.root)


def _windows(segment: Segment, progress: Callable[[float], None]) -> Iterator[tuple[slice, Callable[[float], None]]]:
    count = len(segment.sample_times)
    for start, stop in windows(count, _WINDOW, _OVERLAP):

        def report(share: float, start: int = start, stop: int = stop) -> None:
            progress((start + (stop - start) * share) / count)

        yield slice(start, stop), report


class _Track:
    """The motion so far: windows blended where they overlap."""

    def __init__(self, count: int) -> None:
        self.rotations = np.empty((count, N_JOINTS, 4), np.float32)
        self.root = np.empty((count, 3), np.float32)
        self._done = 0

    def add(self, part: slice, pose: Pose) -> None:
        """Add a window."""
        quaternions, root = quat_from_matrix(expand(pose[0])), pose[1]
        shared = self._done - part.start
        if shared > 0:
            before = slice(part.start, self._done)
            later = blend_weights(shared)[:, None]
            quaternions[:shared] = slerp(self.rotations[before], quaternions[:shared], later)
            root[:shared] = self.root[before] * (1 - later) + root[:shared] * later
        self.rotations[part], self.root[part] = make_continuous(quaternions), root
        self._done = part.stop
