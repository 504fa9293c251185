"""Which axis points up in the world of a file: some have z up, some y, and some that should have z have y."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ..geometry.rotations import normalize
from ..geometry.skeleton import JOINT
from ..typing import Array

AXES: Final = {
    "z": np.eye(3),
    "y": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
    "-y": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
}
"""By the axis that points up in the file: rotation from its world to ours, about x."""
_STANDS = np.cos(np.radians(40.0))
_MOSTLY, _HARDLY = 0.7, 0.15
"""Shares of the frames in which somebody must stand along another axis, and may be along the usual one."""
_LYING_M, _OFF_FLOOR_M = 0.35, 0.5
"""Somebody lies on a floor at zero if the lowest joint is within the first of it; the other axis has no floor if its
lowest joint is further than the second from zero."""
_HIPS, _ANKLES = [JOINT["left_hip"], JOINT["right_hip"]], [JOINT["left_ankle"], JOINT["right_ankle"]]
_NECK, _PELVIS = JOINT["neck"], JOINT["pelvis"]


def up_axis(people: Sequence[Array], usual: str) -> str:
    """The axis that points up, by how people stand through the whole clip.

    An axis other than the usual one is believed only if trunk and legs are along it most of the time and hardly ever
    along the usual one, and if nothing says that somebody lies on the floor of the usual one: sit-ups, handstands and
    cartwheels leave the usual axis as it is.

    Args:
        people: joints (n, 24, 3) of each person in the file's world.
        usual: key of `AXES` that files of this kind have.
    """
    joints = np.concatenate([np.asarray(each, np.float64) for each in people])
    trunk = normalize(joints[:, _NECK] - joints[:, _PELVIS])
    legs = normalize(joints[:, _HIPS].mean(axis=1) - joints[:, _ANKLES].mean(axis=1))
    up = {name: turn[2] for name, turn in AXES.items()}
    shares = {name: float(((trunk @ axis > _STANDS) & (legs @ axis > _STANDS)).mean()) for name, axis in up.items()}
    best = max(up, key=lambda name: shares[name])
    if best == usual or shares[best] < _MOSTLY or shares[usual] > _HARDLY:
        return usual
    lowest = {name: (joints @ axis).min(axis=1) for name, axis in up.items()}
    on_usual_floor = np.percentile(np.abs(lowest[usual]), 90) < _LYING_M
    no_other_floor = np.abs(np.median(lowest[best])) > _OFF_FLOOR_M
    crawls = np.ptp(lowest[best]) > max(1.0, 2 * np.ptp(lowest[usual]))
    return usual if (on_usual_floor and no_other_floor) or crawls else best
