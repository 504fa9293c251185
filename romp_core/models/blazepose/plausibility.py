"""Plausibility checks: the network gives poses for limbs, shadows and posters, too."""

from __future__ import annotations

import math

import numpy as np

from ...take.keypoints import BLAZEPOSE_33
from ...typing import Array
from .body_outline import size
from .landmark_network import BODY_POINTS, Pose

SAME_POSE = 0.08
"""Poses whose main points are nearer than this, in body sizes, show the same body."""

_SAME_FACE = 0.04
"""Faces whose points are nearer than this, in body sizes, are one face: a third of a head."""

_FACE = slice(BLAZEPOSE_33.index("nose"), BLAZEPOSE_33.index("mouth_right") + 1)
_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
MAIN = np.array([BLAZEPOSE_33.index("nose"), *(index for part in _LIMBS for index in BLAZEPOSE_33.pair(part))])
"""Nose, shoulders, elbows, wrists, hips, knees, ankles."""

_MIN_FLAG = 0.5
_MIN_FLAG_GLIMPSED = 0.1
_MIN_INSIDE, _MIN_SHOWN = 1 / 3, 3
_MAX_HIDDEN = 0.7
_MAX_DISAGREEMENT, _MAX_DISAGREEMENT_NEW = 0.05, 0.035
_MIN_VISIBLE_NEW = 0.4


def is_visible(image: Array, pose: Pose) -> bool:
    """True when a tracked person is still visible, with enough of the body inside the image."""
    if not (pose.flag > _MIN_FLAG and np.isfinite(pose.points).all() and np.isfinite(pose.world).all()):
        return False
    if hidden_share(pose) > _MAX_HIDDEN:
        return False  # a person needs evidence of their own
    inside = _inside(image, pose)
    return bool(inside.mean() >= _MIN_INSIDE and _disagreement(pose, inside) < _MAX_DISAGREEMENT)


def is_glimpsed(image: Array, pose: Pose) -> bool:
    """True when a tracked person is not visible in the region looked at, but may be in the region of this pose."""
    own = hidden_share(pose) <= _MAX_HIDDEN and bool(np.isfinite(pose.points).all())
    return own and pose.flag > _MIN_FLAG_GLIMPSED and not is_visible(image, pose)


def is_new_person(image: Array, pose: Pose) -> bool:
    """True when a person is visible clearly enough to start a track."""
    inside = _inside(image, pose)
    shown = MAIN[inside[MAIN]]
    visible = len(shown) > 0 and pose.visibility[shown].mean() >= _MIN_VISIBLE_NEW
    return bool(visible and is_visible(image, pose) and _disagreement(pose, inside) < _MAX_DISAGREEMENT_NEW)


def pose_distance(a: Pose, b: Pose) -> float:
    """Mean distance of the main points, in sizes of the smaller body."""
    gap = np.linalg.norm(a.points[MAIN, :2] - b.points[MAIN, :2], axis=1).mean()
    return float(gap / min(size(a), size(b)))


def same_face(a: Pose, b: Pose) -> bool:
    """Whether two poses claim one face: a head with an arm can be taken for another, lying person."""
    gap = np.linalg.norm(a.points[_FACE, :2] - b.points[_FACE, :2], axis=1).mean()
    return bool(gap < _SAME_FACE * size(b))


def hidden_share(pose: Pose) -> float:
    """Share of the main points that nearer bodies hide."""
    return float(pose.covered[MAIN].mean())


def _inside(image: Array, pose: Pose) -> Array:
    """(33,) bool: which points of the body are within the image."""
    points = pose.points[:BODY_POINTS, :2]
    return np.asarray(((points >= 0) & (points < image.shape[1::-1])).all(axis=1))


def _disagreement(pose: Pose, inside: Array) -> float:
    """Misfit of the world landmarks, seen from far, to the image's, in body sizes: large where there is no body.

    Only where the image shows the body: of someone who is close, all below the shoulders may be outside and is a guess.
    """
    shown = MAIN[inside[MAIN]]
    if len(shown) < _MIN_SHOWN:
        return math.inf
    world, image = pose.world[shown, :2], pose.points[shown, :2]
    world, image = world - world.mean(axis=0), image - image.mean(axis=0)
    scale = (world * image).sum() / max((world**2).sum(), 1e-9)
    return float(np.linalg.norm(image - scale * world, axis=1).mean() / size(pose))
