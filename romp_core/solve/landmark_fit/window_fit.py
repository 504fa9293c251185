"""The fit of one window of samples: most iterations on a coarse grid in time, the last ones on all samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...typing import Array
from ..filters import gaussian
from .coarse import between, coarse_rows, thin, turns_between
from .gauss_newton import refine
from .initial_pose import initial_pose
from .kinematic_chain import Chain
from .landmarks import Landmarks, without_glitches
from .priors import HOLD
from .residuals import Feet, Measurements

_COARSE_S, _FINE_S = 1 / 15, 1 / 30
"""Seconds between the samples of the coarse and of the fine grid; a higher frame rate is thinned."""
_COARSE_ITERATIONS = ((1.8, 0.4),) * 5 + ((1.3, 0.7),) * 2
"""(strength of the motion prior, looseness of the joints) of each: first a smooth motion near rest."""
_FINE_ITERATIONS = 2
_START_SMOOTHING_S = 0.06

Pose = tuple[Array, Array]
"""Group rotations (T, G, 3, 3) and root (T, 3) in camera space."""


def rough_window(chain: Chain, landmarks: Landmarks, report: Callable[[float], None]) -> Pose:
    """The motion in one window, from nothing, on the coarse grid: slow in detail, but good enough to start from."""
    measured = landmarks.measured
    count = len(measured.trust)
    rows = coarse_rows(count, measured.interval, _COARSE_S)
    world = gaussian(landmarks.world, _START_SMOOTHING_S / measured.interval)
    pose = initial_pose(chain, thin(measured, rows), world[rows], landmarks.visibility[rows])
    measured = without_glitches(measured, chain.size, pose[1])
    coarse = thin(measured, rows)
    for index, (strength, looseness) in enumerate(_COARSE_ITERATIONS, start=1):
        pose = refine(chain, coarse, *pose, strength, looseness)
        report(index / len(_COARSE_ITERATIONS))
    return turns_between(pose[0], rows, count), between(pose[1], rows, count)


def refit_window(
    chain: Chain, landmarks: Landmarks, pose: Pose, feet: Feet | None, report: Callable[[float], None]
) -> tuple[Pose, Pose | None]:
    """The motion from an earlier one; and once the feet are known, the same without the motion prior.

    Without it each sample is held near the motion: what the image shows sharply comes back, depth and twist stay.
    """
    measured = without_glitches(landmarks.measured, chain.size, pose[1])
    if feet is None:
        return _finish(chain, measured, pose, report), None
    measured = replace(
        measured,
        footholds=feet.holds.astype(np.float32),
        depths=feet.depths.astype(np.float32),
        floor=feet.floor if feet.floor.solid.any() else None,
    )
    pose = _finish(chain, measured, pose, report)
    return pose, refine(chain, measured, *pose, 0.0, stiffness=HOLD)


def _finish(chain: Chain, measured: Measurements, pose: Pose, report: Callable[[float], None]) -> Pose:
    """The last iterations. Between thinned samples the motion keeps its detail: the change is slow."""
    turns, root = pose
    count = len(turns)
    rows = coarse_rows(count, measured.interval, _FINE_S)
    thinned = thin(measured, rows)
    for index in range(_FINE_ITERATIONS):
        moved, shifted = refine(chain, thinned, turns[rows], root[rows], 1.0)
        if len(rows) == count:
            turns, root = moved, shifted
        else:
            turns = turns_between(moved @ np.swapaxes(turns[rows], -1, -2), rows, count) @ turns
            root = root + between(shifted - root[rows], rows, count)
        report((index + 1) / _FINE_ITERATIONS)
    return turns, root
