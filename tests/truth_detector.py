"""A detector that knows where people are: true joints in the image with noise and drop-outs, in place of a network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from romp_core.models.rtmo.detections import Detections
from romp_core.take.keypoints import COCO_17
from romp_core.typing import Array

JOINTS = {1: "left_hip", 2: "right_hip", 4: "left_knee", 5: "right_knee", 7: "left_ankle", 8: "right_ankle",
          16: "left_shoulder", 17: "right_shoulder", 18: "left_elbow", 19: "right_elbow", 20: "left_wrist",
          21: "right_wrist"}  # fmt: skip
"""SMPL joint -> keypoint of COCO. The truth has no points of the face, so these are never visible."""
_NOISE_PX, _DROPPED = 3.0, 0.15
_HIDDEN_VISIBILITY, _VISIBLE_VISIBILITY = 0.15, 0.9


class TruthDetector:
    """Gives the people of the next frame at each call.

    Args:
        truth: arrays of a ground-truth clip.
        noise_px: standard deviation. dropped: share of points, and of people, that are missed in a frame.
    """

    def __init__(
        self, truth: Mapping[str, Array], noise_px: float = _NOISE_PX, dropped: float = _DROPPED, seed: int = 0
    ) -> None:
        points = np.asarray(truth["joints2d"] if "joints2d" in truth else _projected(truth), float)
        self._points = points if points.ndim == 4 else points[None]
        people, frames = self._points.shape[:2]
        self._visible = np.asarray(truth.get("visible", np.ones((people, frames), bool))).reshape(people, frames)
        self._seen = np.asarray(truth.get("joint_seen", np.ones((people, frames, 24), bool))).reshape(
            people, frames, 24
        )
        self._noise, self._dropped, self._random, self._frame = noise_px, dropped, np.random.default_rng(seed), 0

    def detect(self, image: Array) -> Detections:
        """See `blazepose.sightings.Detecting`."""
        frame = min(self._frame, self._points.shape[1] - 1)
        self._frame += 1
        there = self._visible[:, frame] & (self._random.random(len(self._points)) >= self._dropped)
        people = np.flatnonzero(there)
        joints, names = list(JOINTS), [COCO_17.index(name) for name in JOINTS.values()]
        keypoints = np.zeros((len(people), len(COCO_17), 2))
        true = self._points[people, frame][:, joints]
        keypoints[:, names] = true + self._noise * self._random.standard_normal(true.shape)
        keypoints[:, [each for each in range(len(COCO_17)) if each not in names]] = true[:, :1]
        visibility = np.zeros((len(people), len(COCO_17)))
        seen = np.where(self._seen[people, frame][:, joints], _VISIBLE_VISIBILITY, _HIDDEN_VISIBILITY)
        visibility[:, names] = seen * (self._random.random(seen.shape) >= self._dropped)
        whole = self._points[people, frame]
        boxes = np.concatenate([whole.min(axis=1), whole.max(axis=1)], axis=1)
        return Detections(boxes, np.full(len(people), 0.8), keypoints, visibility)


def _projected(truth: Mapping[str, Array]) -> Array:
    """Joints (T, 24, 2) in pixels, of clips that hold them in the world only."""
    points = (truth["joints"] - truth["cpos"]) @ truth["Rcw"].T @ truth["K"].T
    return np.asarray(points[..., :2] / points[..., 2:])
