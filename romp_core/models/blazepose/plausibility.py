"""Plausibility checks: the network gives poses for limbs, shadows and posters, too."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...take.keypoints import BLAZEPOSE_33
from ...typing import Array
from .body_outline import on_body, size
from .landmark_network import BODY_POINTS, Pose

SAME_POSE = 0.08
"""Poses whose main points are nearer than this, in body sizes, show the same body."""

_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_MAIN = np.array([BLAZEPOSE_33.index("nose"), *(index for part in _LIMBS for index in BLAZEPOSE_33.pair(part))])
"""Nose, shoulders, elbows, wrists, hips, knees, ankles."""

_PART_SIZE, _PART_SHARE = 0.75, 0.6

_MIN_FLAG = 0.5
_MIN_INSIDE = 1 / 3
_MAX_DISAGREEMENT, _MAX_DISAGREEMENT_NEW = 0.05, 0.035
_MIN_VISIBLE_NEW = 0.4


def is_visible(image: Array, pose: Pose) -> bool:
    """True when a tracked person is still visible, with enough of the body inside the image."""
    if not (pose.flag > _MIN_FLAG and np.isfinite(pose.points).all() and np.isfinite(pose.world).all()):
        return False
    points = pose.points[:BODY_POINTS, :2]
    inside = ((points >= 0) & (points < image.shape[1::-1])).all(axis=1)
    return bool(inside.mean() >= _MIN_INSIDE and _disagreement(pose) < _MAX_DISAGREEMENT)


def is_new_person(image: Array, pose: Pose) -> bool:
    """True when a person is visible clearly enough to start a track."""
    visible = pose.visibility[_MAIN].mean() >= _MIN_VISIBLE_NEW
    return bool(visible and is_visible(image, pose) and _disagreement(pose) < _MAX_DISAGREEMENT_NEW)


def confidence(pose: Pose) -> float:
    """To choose among poses of the same body, 0..1."""
    return pose.flag * float(pose.visibility[_MAIN].mean())


def pose_distance(a: Pose, b: Pose) -> float:
    """Mean distance of the main points, in sizes of the smaller body."""
    gap = np.linalg.norm(a.points[_MAIN, :2] - b.points[_MAIN, :2], axis=1).mean()
    return float(gap / min(size(a), size(b)))


def is_part_of(pose: Pose, other: Pose) -> bool:
    """True when a smaller pose lies on the body of another: an arm taken for a person, or somebody behind it."""
    return size(pose) < _PART_SIZE * size(other) and overlaps(pose, other)


def overlaps(pose: Pose, other: Pose) -> bool:
    """True when most main points of a pose lie on the body of another."""
    return overlap_share(pose, [other]) > _PART_SHARE


def overlap_share(pose: Pose, others: Iterable[Pose]) -> float:
    """Share of a pose's main points that lie on other bodies."""
    points = pose.points[_MAIN, :2]
    return float(np.any([on_body(points, other) for other in others], axis=0).mean())


def _disagreement(pose: Pose) -> float:
    """Misfit of the world landmarks, seen from far, to the image's, in body sizes: large where there is no body."""
    world, image = pose.world[_MAIN, :2], pose.points[_MAIN, :2]
    world, image = world - world.mean(axis=0), image - image.mean(axis=0)
    scale = (world * image).sum() / max((world**2).sum(), 1e-9)
    return float(np.linalg.norm(image - scale * world, axis=1).mean() / size(pose))
