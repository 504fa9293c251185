"""Is there really a person? The network answers for limbs, shadows and posters too, so its answers are examined."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...typing import Array
from .body_outline import on_body, size
from .landmark_network import BODY_POINTS, Pose

SAME_POSE = 0.08
"""Poses whose main points are nearer than this, in body sizes, show the same body."""

_MAIN = np.array([0, *range(11, 17), *range(23, 29)])
"""Nose, shoulders, elbows, wrists, hips, knees, ankles."""

_PART_SIZE, _PART_SHARE = 0.75, 0.6

_LEAST_FLAG = 0.5
_LEAST_INSIDE = 1 / 3
_MOST_DISAGREEMENT, _MOST_DISAGREEMENT_NEW = 0.05, 0.035
_LEAST_VISIBLE_NEW = 0.4


def still_there(image: Array, pose: Pose) -> bool:
    """True when a person who is followed is still seen, with enough of the body inside the picture."""
    if not (pose.flag > _LEAST_FLAG and np.isfinite(pose.points).all() and np.isfinite(pose.world).all()):
        return False
    points = pose.points[:BODY_POINTS, :2]
    inside = ((points >= 0) & (points < image.shape[1::-1])).all(axis=1)
    return bool(inside.mean() >= _LEAST_INSIDE and _disagreement(pose) < _MOST_DISAGREEMENT)


def convincing(image: Array, pose: Pose) -> bool:
    """True when a person is seen well enough to start following."""
    visible = pose.visibility[_MAIN].mean() >= _LEAST_VISIBLE_NEW
    return bool(visible and still_there(image, pose) and _disagreement(pose) < _MOST_DISAGREEMENT_NEW)


def sureness(pose: Pose) -> float:
    """To choose among poses of the same body, 0..1."""
    return pose.flag * float(pose.visibility[_MAIN].mean())


def pose_distance(a: Pose, b: Pose) -> float:
    """Mean distance of the main points, in sizes of the smaller body."""
    gap = np.linalg.norm(a.points[_MAIN, :2] - b.points[_MAIN, :2], axis=1).mean()
    return float(gap / min(size(a), size(b)))


def is_part_of(pose: Pose, other: Pose) -> bool:
    """True when a smaller pose lies on the body of another: an arm taken for a person, or somebody behind it."""
    return size(pose) < _PART_SIZE * size(other) and lies_on(pose, other)


def lies_on(pose: Pose, other: Pose) -> bool:
    """True when most main points of a pose lie on the body of another."""
    return share_on(pose, [other]) > _PART_SHARE


def share_on(pose: Pose, others: Iterable[Pose]) -> float:
    """Share of a pose's main points that lie on other bodies."""
    points = pose.points[_MAIN, :2]
    return float(np.any([on_body(points, other) for other in others], axis=0).mean())


def _disagreement(pose: Pose) -> float:
    """Misfit of the world landmarks, seen from far, to the picture's, in body sizes: large where no body is."""
    world, picture = pose.world[_MAIN, :2], pose.points[_MAIN, :2]
    world, picture = world - world.mean(axis=0), picture - picture.mean(axis=0)
    scale = (world * picture).sum() / max((world**2).sum(), 1e-9)
    return float(np.linalg.norm(picture - scale * world, axis=1).mean() / size(pose))
