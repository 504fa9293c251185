"""RTMO from a checkpoint: two templates, and between them who is there (`spec/rtmo.md`, sections 4.3 to 4.5)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...inference.providers import CPU
from ...inference.template import ONE_IMAGE, open_template
from ...inference.threads import SMALL_NETWORK_THREADS, large_network_threads
from ...typing import Array
from ..common.anchored_boxes import sigmoid
from .checkpoint import INPUT_SIZES, KEYPOINTS, read_weights, templates
from .detections import Detections, suppressed

_BATCH = 8
_STRIDES = 16, 32
_MAPS = ["scores", "boxes", "visibility", "poses"]
_POINTS = ["keypoints", "spread"]

CANDIDATE_SCORE, CANDIDATE_IOU = 0.1, 0.65
"""Of those whose points are read: lowest score, exclusive, and largest overlap, by the model's own test settings."""


class Cells(NamedTuple):
    """Centers (N, 2) of the cells that see people, in pixels of the canvas, and strides (N, 1); finest level first."""

    centers: Array
    strides: Array


class Candidates(NamedTuple):
    """Cells that see somebody: which they are, and the boxes there in pixels of the canvas; the best first."""

    cells: Array  # (n,) int
    scores: Array  # (n,)
    centers: Array  # (n, 2)
    sizes: Array  # (n, 2)

    @property
    def boxes(self) -> Array:
        """(n, 4) left, top, right, bottom."""
        return np.concatenate([self.centers - self.sizes / 2, self.centers + self.sizes / 2], axis=1)


class TemplateNetwork:
    """See `RtmoNetwork`.

    Args:
        path: a checkpoint of any of the four sizes.
        rows, columns: of the canvas, multiples of 32; those that the network was trained on where left out.

    Raises:
        ModelError: it is no checkpoint of RTMO, or of one with other keypoints.
    """

    def __init__(self, path: Path, rows: int = 0, columns: int = 0) -> None:
        size, weights = read_weights(path)
        self.rows, self.columns = rows or INPUT_SIZES[size], columns or INPUT_SIZES[size]
        maps, points = templates(size)
        fixed = {"height": self.rows, "width": self.columns}
        self._maps, self.provider, self.remark = open_template(
            maps, weights, large_network_threads(), _BATCH, sizes=fixed, sizes_on_cpu=ONE_IMAGE
        )
        # Few numbers, of as many people as there are: not worth the way to a graphics card.
        self._points = open_template(points, weights, SMALL_NETWORK_THREADS, preferred=CPU.key).session
        self.batch = 1 if self.provider == CPU.name else _BATCH
        self._cells = cells(self.rows, self.columns)

    def __call__(self, canvases: Array) -> list[Detections]:
        """See `RtmoNetwork`."""
        return [self._decoded(*each) for each in zip(*self.maps(canvases), strict=True)]

    def maps(self, canvases: Array) -> list[Array]:
        """Logits (B, N, 1), boxes (B, N, 4), logits of visibility (B, N, 17) and pose codes (B, N, P) of all cells."""
        found: list[Array] = self._maps.run(_MAPS, {"image": np.ascontiguousarray(canvases, np.float32)})
        return found

    def _decoded(self, logits: Array, boxes: Array, visibility: Array, poses: Array) -> Detections:
        """The people of one canvas. Points are read from boxes that may reach beyond it; then these are cut off."""
        chosen = candidates(logits[:, 0], boxes, self._cells)
        keypoints, spread = self.points(chosen, poses)
        limits = np.array([self.columns, self.rows] * 2, np.float32)
        return Detections(
            boxes=np.clip(chosen.boxes, 0, limits),
            scores=chosen.scores,
            keypoints=keypoints,
            visibility=sigmoid(visibility[chosen.cells]),
            spread=spread,
        )

    def points(self, chosen: Candidates, poses: Array) -> tuple[Array, Array]:
        """Points (n, 17, 2) of candidates in pixels of the canvas and their spread; `poses` (N, P) are of all cells."""
        if not len(chosen.cells):
            return (np.zeros((0, KEYPOINTS, 2), np.float32),) * 2
        inputs = {
            "poses": poses[chosen.cells],
            "cells": self._cells.centers[chosen.cells],
            "centers": chosen.centers,
            "sizes": chosen.sizes,
        }
        keypoints, spread = self._points.run(_POINTS, inputs)
        return keypoints, spread


def cells(rows: int, columns: int) -> Cells:
    """The cells of a canvas, level by level and row by row."""
    centers, strides = [], []
    for stride in _STRIDES:
        y, x = np.mgrid[: rows // stride, : columns // stride]
        grid = np.stack([x.ravel(), y.ravel()], axis=1) * stride + (stride - 1) / 2
        centers.append(grid)
        strides.append(np.full((len(grid), 1), stride))
    return Cells(np.concatenate(centers).astype(np.float32), np.concatenate(strides).astype(np.float32))


def candidates(logits: Array, boxes: Array, grid: Cells) -> Candidates:
    """Who is there, once each, best first.

    Args:
        logits: (N,). boxes: (N, 4) center relative to the cell in strides, logarithm of the size in strides.
    """
    scores = sigmoid(logits)
    seen = np.flatnonzero(scores > CANDIDATE_SCORE)
    centers = boxes[seen, :2] * grid.strides[seen] + grid.centers[seen]
    found = Candidates(seen, scores[seen], centers, np.exp(boxes[seen, 2:]) * grid.strides[seen])
    kept = suppressed(found.boxes, found.scores, CANDIDATE_IOU)
    return Candidates(*(each[kept] for each in found))
