"""Where tokens are, as the network takes it: the learned table of the encoder, and the waves of the decoder."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from .constants import WIDTH

_TEMPERATURE = 20.0
_HALF = np.array([-0.09375, 0.59375, 0.59375, -0.09375], np.float32)
"""Weights of Keys' bicubic kernel (a = -0.75) in the middle between two samples."""


def halved_table(table: Array) -> Array:
    """The position table (n, n, C) for cells of twice the size, (n / 2, n / 2, C): bicubic, the border repeated."""
    half = _halved(_halved(table).swapaxes(0, 1)).swapaxes(0, 1)
    return np.ascontiguousarray(half)


def _halved(table: Array) -> Array:
    """Along the first axis."""
    first = np.arange(0, len(table), 2)
    taps = [table[np.clip(first + offset, 0, len(table) - 1)] for offset in (-1, 0, 1, 2)]
    return np.asarray(sum(weight * tap for weight, tap in zip(_HALF, taps, strict=True)))


class PositionWaves:
    """Sines and cosines of where tokens are (Liu et al. 2022, DAB-DETR, section 3.2), for the decoder.

    Args:
        longest: patches of level 0 along the square around all images.
    """

    def __init__(self, longest: int) -> None:
        self._axes = [waves((np.arange(longest >> level) + 0.5) / (longest >> level)) for level in range(3)]

    def __call__(self, cells: Array, levels: Array) -> Array:
        """Rows and columns (M, 2) int of cells of these levels (M,) -> (M, 768) float32."""
        result = np.empty((len(cells), WIDTH), np.float32)
        for level, along in enumerate(self._axes):
            here = levels == level
            result[here] = np.concatenate([along[cells[here, 0]], along[cells[here, 1]]], axis=1)
        return result


def waves(shares: Array) -> Array:
    """Embedding (n, 384) float32 of a coordinate (n,) from 0 to 1: sine, cosine, sine, ... of growing length."""
    count = WIDTH // 2
    pair = np.arange(count) // 2
    angles = 2 * np.pi * np.asarray(shares, np.float64)[:, None] / _TEMPERATURE ** (2 * pair / count)
    return np.where(np.arange(count) % 2, np.cos(angles), np.sin(angles)).astype(np.float32)
