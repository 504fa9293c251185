"""From an image to the patches that become tokens: resized, padded, normalized, cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...images.resize_linear import resize_linear
from ...typing import Array
from .constants import CELL, PATCH
from .z_order import z_ordered_cells

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
"""Of ImageNet, with which the backbone was trained."""


@dataclass(frozen=True)
class Patches:
    """An image in pieces.

    Attributes:
        height, width: of the resized image without its padding, pixels. rate: resized pixels per pixel of the image.
        cells: (M, 2) int row and column of each level-1 cell, in Z-order: every four make a level-2 cell.
        pixels: (M, 3, 28, 28) float32, normalized RGB of these cells.
    """

    height: int
    width: int
    rate: float
    cells: Array
    pixels: Array

    def halved(self) -> Array:
        """The cells at half size (M, 588), each pixel the mean of four: patches of level 1."""
        quads = self.pixels.reshape(len(self.pixels), 3, PATCH, 2, PATCH, 2)
        return np.asarray(quads.mean(axis=(3, 5), dtype=np.float32)).reshape(len(quads), -1)

    def quartered(self, rows: Array) -> tuple[Array, Array]:
        """The patches of level 0 in some cells (n,): (4n, 588), and their rows and columns (4n, 2) in that level."""
        quads = self.pixels[rows].reshape(len(rows), 3, 2, PATCH, 2, PATCH).transpose(0, 2, 4, 1, 3, 5)
        corners = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
        cells = (2 * self.cells[rows][:, None] + corners).reshape(-1, 2)
        return np.ascontiguousarray(quads).reshape(4 * len(rows), 3 * PATCH * PATCH), cells


def fitted_size(height: int, width: int, longest: int) -> tuple[int, int, float]:
    """Height and width after the longer side was made `longest` pixels, and the rate.

    In single precision and cut off, as in training: 960 x 720 gives 966 rows and not 965. The rate is a product with
    the rounded reciprocal there, which differs from a quotient in the last bit.
    """
    rate = np.float32(longest) * (np.float32(1) / np.float32(max(height, width)))
    short = max(int(rate * np.float32(min(height, width))), 1)
    return (short, longest, float(rate)) if width >= height else (longest, short, float(rate))


def cut(image: Array, longest: int) -> Patches:
    """Resize an image (H, W, 3) uint8 RGB, pad it with black on the right and below, and cut it up."""
    height, width, rate = fitted_size(image.shape[0], image.shape[1], longest)
    rows, columns = (-(-side // CELL) * CELL for side in (height, width))
    padded = np.zeros((rows, columns, 3), np.float32)
    padded[:height, :width] = resize_linear(image, width, height)
    padded = (padded / np.float32(255) - _MEAN) / _STD
    side = 2 * PATCH
    cells = z_ordered_cells(rows // side, columns // side)
    grid = padded.reshape(rows // side, side, columns // side, side, 3).transpose(0, 2, 4, 1, 3)
    return Patches(height, width, rate, cells, grid[cells[:, 0], cells[:, 1]])
