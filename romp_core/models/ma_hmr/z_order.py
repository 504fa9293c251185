"""Cells of a grid in Z-order (Morton 1966): any aligned block of 2 x 2 cells is four neighbors in it."""

from __future__ import annotations

import numpy as np

from ...typing import Array

_BITS = 16


def z_codes(rows: Array, columns: Array) -> Array:
    """Bits of the column at even positions, of the row at odd ones; int64."""
    codes = np.zeros(np.broadcast(rows, columns).shape, np.int64)
    for bit in range(_BITS):
        codes |= ((columns >> bit) & 1) << (2 * bit) | ((rows >> bit) & 1) << (2 * bit + 1)
    return codes


def z_ordered_cells(rows: int, columns: int) -> Array:
    """Row and column (rows * columns, 2) of every cell, in Z-order."""
    row, column = (each.reshape(-1) for each in np.indices((rows, columns)))
    order = np.argsort(z_codes(row, column), kind="stable")
    return np.stack([row, column], axis=1)[order]
