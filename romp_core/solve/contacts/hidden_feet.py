"""Feet that nobody sees, where the walk or the stand of the body puts them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...take.resample import frame_interval
from ...take.take import FootageInfo, Motion
from ...typing import Array
from ..motion_transforms import stretches
from .detection import runs
from .gait import Course, course_of, leg_length
from .legs import HIPS, LegTracks
from .soles import sole_clearance

_SEEN = 0.25
"""Visibility from which a foot shows itself where it stands."""
_HIDDEN_S = 0.1
"""Shortest time for which a foot is taken to be hidden."""
_LIFT = 0.12
"""Height of a swinging foot above the floor, in lengths of the leg."""


def with_hidden_feet(motion: Motion, legs: LegTracks, visible: Array, footage: FootageInfo) -> tuple[LegTracks, Array]:
    """The legs with hidden feet on the floor under the body; and which of them (m, 2) are imagined so.

    A foot stands where it is seen in the same contact, else beside the middle of the pelvis's path meanwhile; between
    two stands it swings from one to the other.

    Args:
        motion, legs: in a world with z up and the floor at 0, the contacts known. visible: (m, 2) 0..1.
    """
    balls = np.array(legs.balls, np.float64)
    imagined = np.zeros(motion.contacts.shape, bool)
    for part in stretches(motion, footage):
        contacts, seen = motion.contacts[part], visible[part]
        if seen.min() >= _SEEN or not contacts.any():
            continue
        interval = frame_interval(footage.times[motion.frame_index[part]])
        course = course_of(motion, legs, part, interval)
        for foot in (0, 1):
            path = _path(motion, balls[part, foot], contacts[:, foot], seen[:, foot], course, foot, part)
            hidden = np.zeros(len(seen), bool)
            for start, stop in runs(np.isfinite(path[:, 0]) & (seen[:, foot] < _SEEN)):
                hidden[start:stop] = stop - start >= _HIDDEN_S / interval
            balls[part, foot] = np.where(hidden[:, None], path, balls[part, foot])
            imagined[part, foot] = hidden
    return replace(legs, balls=balls, ankles=legs.ankles + (balls - legs.balls)), imagined


def with_steady_depth(motion: Motion, eye: Array, visible: Array, footage: FootageInfo) -> tuple[Motion, Array]:
    """The motion with even distances from the camera while both feet are hidden; and where (m,) it was changed.

    Without feet a body hardly shows how far away it is, and seems to sway.

    Args:
        eye: (m, 3) positions of the camera; visible: (m, 2) 0..1.
    """
    away = motion.root - eye
    distance = np.linalg.norm(away, axis=1)
    hidden = visible.max(axis=1) < _SEEN
    changed = np.zeros(len(hidden), bool)
    for part in stretches(motion, footage):
        shown = np.flatnonzero(~hidden[part]) + part.start
        if not len(shown):
            continue
        at = np.flatnonzero(hidden[: shown[-1] + 1])
        at = at[at > shown[0]]
        distance[at] = np.exp(np.interp(at, shown, np.log(distance[shown])))
        changed[at] = True
    root = eye + away * (distance / np.maximum(np.linalg.norm(away, axis=1), 1e-6))[:, None]
    return replace(motion, root=root.astype(np.float32)), changed


def _path(motion: Motion, ball: Array, contacts: Array, seen: Array, course: Course, foot: int, part: slice) -> Array:
    """Path (m, 3) of the ball of a foot from stand to stand; NaN before the first and after the last one."""
    path = np.full(ball.shape, np.nan)
    clearance = sole_clearance(motion.rest_joints)[2 + foot]
    lift = _LIFT * leg_length(motion.rest_joints)
    stands = []
    for start, stop in runs(contacts):
        shown = np.flatnonzero(seen[start:stop] >= _SEEN) + start
        if len(shown) > 1:
            place = np.median(ball[shown], axis=0)
        else:
            at = slice(start, stop)
            beside = np.cross([0.0, 0.0, 1.0], course.heading[at]) * (motion.rest_joints[HIPS[foot], 0])
            place = (motion.root[part][at] + beside).mean(axis=0)
            place[2] = clearance
        path[start:stop] = place
        stands.append((start, stop, place))
    steps = course.walking + course.still > 0.5
    for (_, left, before), (lands, _, after) in pairwise(stands):
        if not steps[left:lands].all():
            continue  # a jump, or a roll
        u = (np.arange(left, lands) - left + 1)[:, None] / (lands - left + 1)
        path[left:lands] = before + (after - before) * (u * u * (3 - 2 * u))
        path[left:lands, 2] += lift * np.sin(np.pi * u[:, 0]) ** 2
    return path
