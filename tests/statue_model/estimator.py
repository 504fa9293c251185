"""The estimator of the example model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from romp_core.bodies.embedded import load_body
from romp_core.geometry.projection import BODY_MODEL_FOCAL, project
from romp_core.geometry.rotations import quat_rotate
from romp_core.geometry.skeleton import N_JOINTS
from romp_core.take.observations import Frame, People
from romp_core.take.take import FootageInfo
from romp_core.tracking.base import SpaceDetections, Tracker

UPRIGHT = np.array([0.0, 1.0, 0.0, 0.0], np.float32)
"""Half a turn about x: SMPL rest space (y up, facing +z) to camera space (y down, facing the camera)."""


class Statue:
    """See `Estimator`."""

    provider, remark = "CPUExecutionProvider", ""

    def __init__(self, footage: FootageInfo, tracker: Tracker[SpaceDetections], distance: float) -> None:
        self._footage, self._tracker, self._distance = footage, tracker, distance
        rest = load_body().rest_joints(1.7)
        self._rest = (rest - rest[0]).astype(np.float32)

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order."""
        width, height = self._footage.width, self._footage.height
        focal_px, center = BODY_MODEL_FOCAL * max(width, height), np.array([width, height]) / 2
        root = np.array([[0.0, 0.0, self._distance]], np.float32)
        joints = quat_rotate(UPRIGHT, self._rest)[None].astype(np.float32)
        rotations = np.zeros((1, N_JOINTS, 4), np.float32)
        rotations[..., 0], rotations[:, 0] = 1, UPRIGHT
        for frame in frames:
            detections = SpaceDetections(np.array([[1 / self._distance, 0, 0]]), root[:, 2], np.ones(1))
            yield People(
                ids=np.array(self._tracker.assign(detections, frame.time), np.int32),
                confidence=np.ones(1, np.float32),
                keypoints2d=project(joints + root[:, None], focal_px, center).astype(np.float32),
                visibility=np.ones((1, N_JOINTS), np.float32),
                keypoints3d=joints,
                rotations=rotations,
                betas=np.zeros((1, 10), np.float32),
                root=root,
                rest_joints=self._rest[None],
            )
