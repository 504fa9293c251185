"""Another model as detector: its people start and hold the regions of the landmark network, and check its poses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ...take.keypoints import BLAZEPOSE_33, COCO_17
from ...tracking.assignment import unique_pairs
from ...typing import Array
from .body_outline import size
from .detector import Detection
from .landmark_network import HIPS, TOP, Pose

_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_COCO = np.array([index for part in _LIMBS for index in COCO_17.pair(part)])
_LANDMARKS = np.array([index for part in _LIMBS for index in BLAZEPOSE_33.pair(part)])
"""The same twelve joints in both layouts."""
_SHOULDERS, _HIPS = COCO_17.pair("shoulder"), COCO_17.pair("hip")

_SEEN = 0.3
"""Least visibility of a point that is relied on."""
_LEAST_SEEN = 4
_LEAST_CARRIED, _UNSEEN = 6, 0.05
"""Fewest joints that a pose is carried on by, and the visibility of all others then."""
_NEAR, _SAME = 0.35, 0.12
"""Mean distances of joints, in body sizes: of somebody a frame later, and of two estimates of one pose."""
_STARTS = 0.5
"""Lowest score of somebody who was not known before."""
_MARGIN = 1.15
"""The circle around a body is this much larger than the one around its keypoints, which end at eyes and ankles."""


class Sightings(Protocol):
    """The N people that another model sees in an image; see `rtmo.detections.Detections`."""

    @property
    def boxes(self) -> Array:
        """(N, 4) left, top, right, bottom."""

    @property
    def scores(self) -> Array:
        """(N,) 0..1."""

    @property
    def keypoints(self) -> Array:
        """(N, 17, 2) pixels."""

    @property
    def visibility(self) -> Array:
        """(N, 17) 0..1."""


class Detecting(Protocol):
    """A model that finds people in single images."""

    def detect(self, image: Array) -> Sightings:
        """Everybody in one image (H, W, 3) uint8 RGB, in its pixels. Called once for each frame, in order."""
        ...


@dataclass(frozen=True)
class Sighting:
    """One of them: points (17, 2) pixels, visibility (17,), box (4,), score."""

    points: Array
    visibility: Array
    box: Array
    score: float

    @property
    def starts(self) -> bool:
        """Whether somebody new may be there."""
        return self.score >= _STARTS and bool((self.visibility[_COCO] >= _SEEN).sum() >= _LEAST_SEEN)

    def body(self) -> Detection | None:
        """Alignment of the body for the landmark network; None where too little of it is seen."""
        seen = self.visibility >= _SEEN
        if seen[_COCO].sum() < _LEAST_SEEN or not seen[_HIPS].any():
            return None
        hips = self.points[_HIPS][seen[_HIPS]].mean(axis=0)
        if seen[_SHOULDERS].any():
            up = self.points[_SHOULDERS][seen[_SHOULDERS]].mean(axis=0) - hips
        else:
            up = np.array([0.0, -1.0])
        reach = np.linalg.norm(self.points[seen] - hips, axis=1).max() * _MARGIN
        return Detection(self.score, self.box, hips, hips + up / max(np.linalg.norm(up), 1e-6) * reach)

    def distance(self, pose: Pose) -> float:
        """Mean distance of the joints that it sees from a pose, in sizes of that body; infinite for too few."""
        seen = self.visibility[_COCO] >= _SEEN
        if seen.sum() < _LEAST_SEEN:
            return float("inf")
        away = np.linalg.norm(self.points[_COCO] - pose.points[_LANDMARKS, :2], axis=1)[seen]
        return float(away.mean() / max(size(pose), 1e-6))

    def agrees(self, pose: Pose) -> bool:
        """Whether a pose of the landmark network shows the same body."""
        return self.distance(pose) < _SAME

    def carried(self, pose: Pose) -> Pose | None:
        """An earlier pose of the person at the points of this sighting, where the landmark network fails.

        Nothing else of it counts as seen. None where too little of the person is.
        """
        body = self.body()
        seen = self.visibility[_COCO] >= _SEEN
        if body is None or seen.sum() < _LEAST_CARRIED:
            return None
        landmarks, joints = _LANDMARKS[seen], self.points[_COCO[seen]]
        points, visibility = pose.points.copy(), np.full(len(pose.visibility), _UNSEEN)
        points[:, :2] += (joints - points[landmarks, :2]).mean(axis=0)
        points[landmarks, :2], visibility[landmarks] = joints, self.visibility[_COCO[seen]]
        points[[HIPS, TOP], :2] = body.hips, body.top
        covered = np.ones(len(visibility), bool)
        covered[landmarks] = False
        return replace(pose, points=points, visibility=visibility, covered=covered)


def sightings(found: Sightings) -> list[Sighting]:
    """One by one."""
    rows = zip(found.keypoints, found.visibility, found.boxes, found.scores, strict=True)
    return [Sighting(points, visible, box, float(score)) for points, visible, box, score in rows]


def of_people(seen: list[Sighting], poses: Mapping[int, Pose], most: float = _NEAR) -> dict[int, int]:
    """Which sighting is of whom: id -> index.

    Args:
        poses: of the people, where they should be. most: largest mean distance of joints, in body sizes.
    """
    ids = list(poses)
    costs = np.array([[one.distance(poses[id]) for one in seen] for id in ids]).reshape(len(ids), len(seen))
    return {ids[row]: column for row, column in unique_pairs(np.minimum(costs, 1e3), most)}


def measurements(seen: list[Sighting], poses: Mapping[int, Pose]) -> tuple[Array, Array]:
    """COCO keypoints (P, 17, 2) of these people and their visibility (P, 17), 0 of those who were not found."""
    points = np.zeros((len(poses), len(COCO_17), 2), np.float32)
    visibility = np.zeros((len(poses), len(COCO_17)), np.float32)
    matches = of_people(seen, poses, _SAME)
    for row, id in enumerate(poses):
        if id in matches:
            one = seen[matches[id]]
            points[row], visibility[row] = one.points, np.clip(one.visibility, 0, 1)
    return points, visibility
