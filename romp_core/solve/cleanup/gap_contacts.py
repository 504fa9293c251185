"""Which feet stand while the person is not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...geometry.skeleton import forward_kinematics
from ...take.take import Motion
from ...typing import Array
from ..contacts.detection import runs
from ..contacts.legs import BALLS, KNEES

_SAME = 0.12
"""Meters between where a foot stands before and after a gap, up to which it has stood meanwhile."""
_NEAR = 4
"""Frames before and after a gap in which a foot that stands through it is seen to stand."""
_STEPS, _CONFIDENT = 0.3, 0.6
"""Meters over the floor by which a leg that is filled in with this confidence must leave such a foothold to step."""


def with_gap_contacts(motion: Motion, lost: Array, rows: Array) -> Motion:
    """The motion with feet standing through gaps after which they stand where they stood before.

    Args:
        lost: (n,) bool, frames that were filled in; rows: (n,) consecutive.
    """
    contacts = np.array(motion.contacts)
    balls = forward_kinematics(motion.rotations[rows], motion.root[rows], motion.rest_joints)[0][:, BALLS]
    for foot in (0, 1):
        own = contacts[rows, foot]
        for start, stop in runs(lost):
            before = np.arange(max(start - _NEAR, 0), start)[own[max(start - _NEAR, 0) : start]]
            after = np.arange(stop, min(stop + _NEAR, len(rows)))[own[stop : stop + _NEAR]]
            own[start:stop] = False
            if not len(before) or not len(after):
                continue
            ends = np.stack([balls[before, foot].mean(axis=0), balls[after, foot].mean(axis=0)])
            away = np.linalg.norm((balls[start:stop, foot] - ends.mean(axis=0))[:, :2], axis=1)
            certain = motion.confidence[rows[start:stop], KNEES[foot]]
            steps = (away > _STEPS)[certain > _CONFIDENT].any()
            if np.linalg.norm(ends[1] - ends[0]) < _SAME and not steps:
                own[before[0] : after[-1] + 1] = True
        contacts[rows, foot] = own
    return replace(motion, contacts=contacts)
