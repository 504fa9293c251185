"""Detections of an SSD with anchors of fixed size, as MediaPipe decodes them: score-weighted suppression.

Liu et al. 2016, "SSD: Single Shot MultiBox Detector"; Bazarevsky et al. 2019, "BlazeFace", section 3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from ...typing import Array

_ANCHORS_PER_STRIDE = 2
_SAME_IOU = 0.3


def sigmoid(logits: Array) -> Array:
    """Logistic function, without overflow in single precision."""
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))


def anchor_centers(input_size: int, strides: Sequence[int]) -> Array:
    """(A, 2) in units of the input. Layers of equal stride share one grid, with two anchors for each of them."""
    grids = []
    for stride, layers in groupby(strides):
        cells = input_size // stride
        row, column = np.divmod(np.arange(cells * cells), cells)
        centers = (np.stack([column, row], axis=1) + 0.5) / cells
        grids.append(np.repeat(centers, _ANCHORS_PER_STRIDE * len(list(layers)), axis=0))
    return np.concatenate(grids)


def decode_boxes(
    boxes: Array, logits: Array, anchors: Array, input_size: int, threshold: float
) -> list[tuple[float, Array, Array]]:
    """Score, box (4,) left, top, right, bottom, and points (K, 2) of each object, best first; in units of the input.

    Args:
        boxes: (A, 4 + 2K) center, size and points in pixels of the input, all but size relative to the anchor.
        logits: (A,). anchors: (A, 2) of `anchor_centers`.
    """
    scores = sigmoid(logits)
    found = np.flatnonzero(scores >= threshold)
    values = boxes[found].reshape(len(found), boxes.shape[1] // 2, 2).astype(np.float64) / input_size
    values[:, :1] += anchors[found, None]
    values[:, 2:] += anchors[found, None]
    corners = np.concatenate([values[:, 0] - values[:, 1] / 2, values[:, 0] + values[:, 1] / 2], axis=1)
    merged = _weighted_suppression(scores[found], corners, values)
    return [(score, box, points[2:]) for score, box, points in merged]


def _weighted_suppression(scores: Array, corners: Array, values: Array) -> Sequence[tuple[float, Array, Array]]:
    """Merge overlapping detections into score-weighted means. (N,), (N, 4), (N, K, 2) -> the same for each object."""
    objects = []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        same = _iou(corners[left[0]], corners[left]) > _SAME_IOU
        same[0] = True
        group = left[same]
        weights = scores[group] / scores[group].sum()
        mean_box, mean_values = (np.tensordot(weights, array[group], axes=1) for array in (corners, values))
        objects.append((float(scores[left[0]]), mean_box, mean_values))
        left = left[~same]
    return objects


def _iou(box: Array, others: Array) -> Array:
    """Intersection over union of one box (4,) with many (N, 4) -> (N,)."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    return np.asarray(shared / np.maximum(areas - shared, 1e-9))
