"""Where an image has corners that can be followed (Shi & Tomasi 1994), at most one in each cell of a grid."""

from __future__ import annotations

import numpy as np

from ...typing import Array

_BLOCK = 2
"""Side of the blocks of pixels of which one can be a corner; a corner is judged in a window of 3 x 3 blocks."""
_WEAKEST = 10.0
"""Least mean square of the gradient in the direction in which it is weakest: beyond noise and compression."""


def corners(image: Array, cells: tuple[int, int], taken: Array, margin: int) -> Array:
    """The best corner of each cell without a point, as (n, 2) positions x, y, strongest first.

    Args:
        image: (h, w) float32. cells: rows and columns of the grid. taken: (rows, columns) bool, cells with a point.
        margin: pixels along the border in which there is none.
    """
    strength = _strength(image)
    edge = -(-margin // _BLOCK)
    strength[:edge] = strength[-edge:] = 0
    strength[:, :edge] = strength[:, -edge:] = 0
    rows, columns = cells
    height, width = (length // count for length, count in zip(strength.shape, cells, strict=True))
    if min(height, width) < 1:
        return np.zeros((0, 2))
    grid = strength[: rows * height, : columns * width].reshape(rows, height, columns, width)
    tiles = grid.swapaxes(1, 2).reshape(rows, columns, height * width)
    best = tiles.argmax(axis=2)
    value = np.take_along_axis(tiles, best[..., None], axis=2)[..., 0]
    row, column = np.nonzero((value > _WEAKEST) & ~taken)
    at = best[row, column]
    found = np.stack([column * width + at % width, row * height + at // width], axis=1)
    return (found[np.argsort(-value[row, column], kind="stable")] + 0.5) * _BLOCK - 0.5


def _strength(image: Array) -> Array:
    """Smaller eigenvalue of the mean structure tensor around each block (h // 2, w // 2)."""
    rows, columns = (length // _BLOCK * _BLOCK for length in image.shape)
    across, down = np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.float32)
    image = image[:rows, :columns]
    np.subtract(image[:, 2:], image[:, :-2], out=across[:, 1:-1])
    np.subtract(image[2:], image[:-2], out=down[1:-1])
    a, b, c = (_mean(product) for product in (across * across, across * down, down * down))
    return np.asarray((a + c - np.sqrt((a - c) ** 2 + 4 * b * b)) / 8)


def _mean(values: Array) -> Array:
    """Mean over the blocks around each block; 0 along the border."""
    blocks = values[::2, ::2] + values[1::2, ::2]
    blocks += values[::2, 1::2]
    blocks += values[1::2, 1::2]
    across = blocks[:, :-2] + blocks[:, 1:-1]
    across += blocks[:, 2:]
    result = np.zeros_like(blocks)
    inner = result[1:-1, 1:-1]
    np.add(across[:-2], across[1:-1], out=inner)
    inner += across[2:]
    inner /= 9 * _BLOCK**2
    return result
