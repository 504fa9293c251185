"""Leaving out people who were found twice, and ghosts far from everybody else."""

from __future__ import annotations

import numpy as np

from ...typing import Array

REFERENCE_SIDE_PX = 640.0
"""Image side for which the distance of duplicates is given."""


def without_duplicates(points: Array, scales: Array, size: tuple[int, int], distance: float,
                       scores: Array | None = None) -> Array:  # fmt: skip
    """Of two people on top of each other the smaller one goes, or with `scores` the one of lower confidence.

    All pairs are judged before anybody goes, so a chain of three may lose two.

    Args:
        points: (N, K, 2) joints in the image, pixels.
        scales: (N,) camera scales; larger people may lie further apart.
        size: height and width of the image, pixels.
        distance: mean distance of the joints of duplicates for scale 0.5 in an image of 640 pixels.
        scores: (N,) confidences.

    Returns:
        rows of those who stay, increasing.
    """
    worth = scales if scores is None else scores
    first, second = np.triu_indices(len(points), k=1)
    apart = np.linalg.norm(points[first] - points[second], axis=2).mean(axis=1)
    with np.errstate(divide="ignore"):
        apart = apart / np.maximum(2 * scales[first], 2 * scales[second])
    same = apart < distance * max(size) / REFERENCE_SIDE_PX
    goes = np.where(worth[first] < worth[second], first, second)[same]
    return np.setdiff1d(np.arange(len(points)), goes)


def without_outliers(positions: Array, scales: Array, factor: float, largest_scale: float) -> Array:
    """Small people who are much further from the others than the others are from each other go.

    Args:
        positions: (N, 3) meters.
        scales: (N,) camera scales.
        factor: how many times the others' mean distance is too much.
        largest_scale: people who look larger always stay.

    Returns:
        rows of those who stay, increasing.
    """
    count = len(positions)
    if count < 3:
        return np.arange(count)
    distances = np.sort(np.linalg.norm(positions[:, None] - positions[None], axis=2), axis=1)
    own = distances[:, 1:-1].mean(axis=1)  # without the distance to oneself and the largest one
    others = (own.sum() - own) / (count - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.flatnonzero(~((own / others > factor) & (scales < largest_scale)))
