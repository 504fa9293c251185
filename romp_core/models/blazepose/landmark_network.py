"""The landmark network: 33 keypoints and two alignment points of the person in a region.

Contract of MediaPipe's `pose_landmark_full` graph, with its heat-map refinement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ...inference.network_files import open_session
from ...take.keypoints import BLAZEPOSE_33
from ...typing import Array
from ..common.anchored_boxes import sigmoid
from ..common.assets import asset
from ..common.region import Region
from .region import body_region

LANDMARK_FILE = "blazepose/landmark_full.onnx"
INPUT_SIZE = 256
BODY_POINTS = len(BLAZEPOSE_33)
HIPS, TOP = BODY_POINTS, BODY_POINTS + 1
"""Alignment points among the network's 39: mid-hip, and a point on the circle around the whole body."""

_POINTS = 39
_WINDOW = 9
_MIN_PEAK = 0.5


@dataclass(frozen=True)
class Pose:
    """The network's estimate in one region.

    Attributes:
        flag: probability that a person is there.
        points: (39, 3) pixels of the image; z in the same unit, smaller is nearer.
        visibility: (39,) probability of being in the image and not hidden.
        world: (39, 3) meters from mid-hip, camera axes (x right, y down, z forward).
        region: that region.
        covered: (39,) bool, hidden by somebody nearer.
    """

    flag: float
    points: Array
    visibility: Array
    world: Array
    region: Region
    covered: Array = field(default_factory=lambda: np.zeros(_POINTS, bool))

    @property
    def body(self) -> Region:
        """The region of this body, for the next frame."""
        return body_region(self.points[HIPS, :2], self.points[TOP, :2])


class LandmarkNet:
    """The network with its decoding."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session(asset(LANDMARK_FILE), threads)
        self.provider: str = self._session.get_providers()[0]

    def infer(self, image: Array, region: Region, retouch: Callable[[Array], Array] | None = None) -> Pose:
        """Landmarks of the person in this region of the (H, W, 3) RGB image, whose crop may be retouched before."""
        crop = region.crop(image, INPUT_SIZE, "replicate")
        if retouch is not None:
            crop = retouch(crop)
        inputs = {"input": (crop.astype(np.float32) / 255.0)[None]}
        landmarks, flag, heatmap, world = self._session.run(["landmarks", "pose_flag", "heatmap", "world"], inputs)
        rows = landmarks.reshape(_POINTS, 5).astype(np.float64)
        points = rows[:, :3] / INPUT_SIZE
        points[:, :2] = refine(points[:, :2], heatmap[0])
        world = world.reshape(_POINTS, 3).astype(np.float64)
        return Pose(
            flag=float(flag.reshape(())),
            points=np.column_stack([region.to_image(points[:, :2]), points[:, 2] * region.side]),
            visibility=sigmoid(rows[:, 3]),
            world=np.column_stack([region.turned(world[:, :2]), world[:, 2]]),
            region=region,
        )


def refine(points: Array, heatmap: Array) -> Array:
    """Move each point to the centroid of its heat-map around it, where the heat-map is confident.

    Args:
        points: (N, 2) x, y in units of the region.
        heatmap: (S, S, N) logits.
    """
    size, margin = len(heatmap), _WINDOW // 2
    cell = np.trunc(points * size).astype(int)
    inside = ((cell >= 0) & (cell < size)).all(axis=1)
    steps = np.arange(-margin, margin + 1)
    columns, rows = (np.where(inside, cell[:, axis], 0)[:, None] + steps for axis in (0, 1))  # (N, 9)
    logits = heatmap[
        rows.clip(0, size - 1)[:, :, None], columns.clip(0, size - 1)[:, None], np.arange(len(points))[:, None, None]
    ]
    weights = sigmoid(logits)  # (N, 9, 9)
    weights *= ((rows >= 0) & (rows < size))[:, :, None] & ((columns >= 0) & (columns < size))[:, None]
    total = weights.sum(axis=(1, 2))
    confident = inside & (weights.max(axis=(1, 2)) >= _MIN_PEAK)
    centroid = np.column_stack(
        [(weights.sum(axis=1) * columns).sum(axis=1), (weights.sum(axis=2) * rows).sum(axis=1)]
    ) / (np.maximum(total, 1e-9)[:, None] * size)
    return np.where(confident[:, None], centroid, points)
