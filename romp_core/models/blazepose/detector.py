"""The person detector: boxes and body alignment points for everybody in a square part of the image.

Contract of MediaPipe's `pose_detection` graph: an SSD with fixed-size anchors and score-weighted suppression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ...inference.network_files import open_session
from ...typing import Array
from ..common.assets import asset
from .region import Region, body_region

INPUT_SIZE = 224
DETECTOR_FILE = "blazepose/detector.onnx"
_STRIDES = (8, 16, 32, 32, 32)
_ANCHORS_PER_STRIDE = 2
_SAME_BODY_IOU = 0.3


@dataclass(frozen=True)
class Detection:
    """A found body. `box` (4,) left, top, right, bottom; `hips`, `top` (2,): see `body_region`; all in pixels."""

    score: float
    box: Array
    hips: Array
    top: Array

    @property
    def region(self) -> Region:
        """The region for the landmark network."""
        return body_region(self.hips, self.top)


def sigmoid(logits: Array) -> Array:
    """Logistic function, without overflow in single precision."""
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))


class Detector:
    """The network with its decoding."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session(asset(DETECTOR_FILE), threads)
        self._anchors = _anchor_centers()

    def detect(self, image: Array, region: Region, threshold: float = 0.5) -> list[Detection]:
        """Bodies within a square part of the (H, W, 3) RGB image, best first."""
        crop = region.crop(image, INPUT_SIZE, "black")
        inputs = {"input": (crop.astype(np.float32) / 127.5 - 1.0)[None]}
        boxes, logits = self._session.run(["boxes", "scores"], inputs)
        scores = sigmoid(logits[0, :, 0])
        found = np.flatnonzero(scores >= threshold)
        # Rows: center, size, then four points of which the first two align the body. All but size are anchor-relative.
        values = boxes[0, found].reshape(-1, 6, 2).astype(np.float64) / INPUT_SIZE
        values[:, [0, 2, 3, 4, 5]] += self._anchors[found, None]
        corners = np.concatenate([values[:, 0] - values[:, 1] / 2, values[:, 0] + values[:, 1] / 2], axis=1)
        return [
            Detection(
                score,
                np.concatenate([region.to_image(box[:2]), region.to_image(box[2:])]),
                *region.to_image(points[2:4]),
            )
            for score, box, points in _weighted_suppression(scores[found], corners, values)
        ]


def whole_image(image: Array) -> Region:
    """The square around the whole image."""
    height, width = image.shape[:2]
    return Region(width / 2, height / 2, float(max(width, height)))


def _anchor_centers() -> Array:
    """(2254, 2) in units of the input. Layers of equal stride share one grid."""
    grids = []
    for stride, layers in groupby(_STRIDES):
        cells = INPUT_SIZE // stride
        row, column = np.divmod(np.arange(cells * cells), cells)
        centers = (np.stack([column, row], axis=1) + 0.5) / cells
        grids.append(np.repeat(centers, _ANCHORS_PER_STRIDE * len(list(layers)), axis=0))
    return np.concatenate(grids)


def _weighted_suppression(scores: Array, corners: Array, values: Array) -> Sequence[tuple[float, Array, Array]]:
    """Merge overlapping detections into score-weighted means. (N,), (N, 4), (N, 6, 2) -> the same for each body."""
    bodies = []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        same = _iou(corners[left[0]], corners[left]) > _SAME_BODY_IOU
        same[0] = True
        group = left[same]
        weights = scores[group] / scores[group].sum()
        mean_box, mean_values = (np.tensordot(weights, array[group], axes=1) for array in (corners, values))
        bodies.append((float(scores[left[0]]), mean_box, mean_values))
        left = left[~same]
    return bodies


def _iou(box: Array, others: Array) -> Array:
    """Intersection over union of one box (4,) with many (N, 4) -> (N,)."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    return np.asarray(shared / np.maximum(areas - shared, 1e-9))
