"""Samples BEV's maps at the detected people: confidence, cameras, and features of their bodies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .constants import MAP_SIZE, depth_anchors
from .peaks import find_centers


@dataclass(frozen=True)
class Maps:
    """The network's maps of one square image.

    Attributes:
        centers: (64, 128, 128) confidence that a person is there: depth bin, row, column.
        cams: (3, 64, 128, 128) that person's camera: scale, y, x.
        features: (128, 128, 128) channel, row, column: features of bodies.
    """

    centers: Array
    cams: Array
    features: Array


@dataclass(frozen=True)
class Sampled:
    """N people of one square image, by falling confidence.

    Attributes:
        scores: (N,) height of the peak in the center map.
        cams: (N, 3) scale, y, x.
        features: (N, 128) input of the person network.
    """

    scores: Array
    cams: Array
    features: Array

    def __len__(self) -> int:
        return len(self.scores)

    def only(self, rows: Array) -> Sampled:
        """The people of these rows."""
        return Sampled(self.scores[rows], self.cams[rows], self.features[rows])


def sample(maps: Maps, threshold: float, embedding: Array) -> Sampled:
    """Everybody above the threshold; see `person_features` for the embedding."""
    cells, scores = find_centers(maps.centers, threshold)
    cams = maps.cams[:, cells[:, 0], cells[:, 1], cells[:, 2]].T
    return Sampled(scores, cams, person_features(maps.features, cams, embedding))


def feature_cells(cams: Array) -> Array:
    """Where to read the features of people: the cell of the refined camera, not of the peak.

    Cells of index 0 are never read, as in training.

    Args:
        cams: (N, 3) scale, y, x.

    Returns:
        (N, 3) int64: row of the position embedding (depth bin), row and column of the feature map.
    """
    cams = np.asarray(cams, np.float32)
    depth = np.abs(cams[:, :1] - depth_anchors()).argmin(axis=1)
    positions = (cams[:, 1:] + np.float32(1)) / np.float32(2) * np.float32(MAP_SIZE)
    cells = np.column_stack([depth, np.nan_to_num(np.clip(positions, 1, MAP_SIZE - 1), nan=1.0)])
    return np.clip(cells.astype(np.int64), 1, MAP_SIZE - 1)


def person_features(features: Array, cams: Array, embedding: Array) -> Array:
    """Input of the person network.

    Args:
        features: (128, 128, 128) channel, row, column.
        cams: (N, 3) scale, y, x.
        embedding: (128, 128) position embedding, one row per depth bin.

    Returns:
        (N, 128) float32.
    """
    depth, row, column = feature_cells(cams).T
    return np.asarray(features[:, row, column].T + embedding[depth], np.float32)
