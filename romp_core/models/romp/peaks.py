"""From ROMP's maps to one row of parameters per person."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...typing import Array

MOST_PEOPLE = 64
"""People per image, at most."""

_REACH = 2
"""Cells on either side within which only the highest counts as a person."""


class Peaks(NamedTuple):
    """Peaks of center maps, image by image, the highest first."""

    images: Array  # (N,) int64, which image of the batch
    rows: Array  # (N,) int64
    columns: Array  # (N,) int64
    scores: Array  # (N,) float32, height of the peak


def find_peaks(centers: Array, threshold: float) -> Peaks:
    """Find people in center maps.

    Args:
        centers: (B, 1, H, W) center maps.
        threshold: peaks must be higher. Equal neighbors are both peaks.
    """
    maps = centers[:, 0]
    flat = np.where(maps == _highest_nearby(maps), maps, 0).reshape(len(maps), -1)
    best = np.argsort(-flat, axis=1, kind="stable")[:, :MOST_PEOPLE]
    scores = np.take_along_axis(flat, best, axis=1)
    images, ranks = np.nonzero(scores > threshold)
    rows, columns = np.divmod(best[images, ranks], maps.shape[2])
    return Peaks(images, rows, columns, scores[images, ranks])


def sample(params: Array, peaks: Peaks) -> Array:
    """Parameters at the peaks: (B, C, H, W) -> (N, C)."""
    return np.asarray(params[peaks.images, :, peaks.rows, peaks.columns])


def _highest_nearby(maps: Array) -> Array:
    """(B, H, W): the highest value of the square window around each cell."""
    for axis in (1, 2):
        widths = [(_REACH, _REACH) if each == axis else (0, 0) for each in range(3)]
        padded = np.pad(maps, widths, constant_values=-np.inf)
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH + 1, axis=axis)
        maps = windows.max(axis=-1)
    return maps
