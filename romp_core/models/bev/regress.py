"""From a person's camera to the input of BEV's person network, and from its output to pose and shape."""

from __future__ import annotations

import numpy as np

from ...rotations import Array
from .constants import MAP_SIZE, depth_anchors


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
    places = (cams[:, 1:] + np.float32(1)) / np.float32(2) * np.float32(MAP_SIZE)
    cells = np.column_stack([depth, np.nan_to_num(np.clip(places, 1, MAP_SIZE - 1), nan=1.0)])
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
