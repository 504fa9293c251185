"""Size of the picture that results were made from: they do not say it, but their points do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..models.maps.square import SIZE, Padding, padding
from ..rotations import Array

_SMALLEST, _LARGEST = 16, 1 << 15
_TOLERANCE = 1.5
"""Pixels by which a border may come out negative."""


def picture_padding(square: Sequence[Array], pixels: Sequence[Array]) -> Padding:
    """Where the picture lies in its square.

    The pixel of a point p of the square is side / 2 (p + 1) - border, so side and borders follow from points that are
    known in both. An odd pixel of a size is lost.

    Args:
        square: (24, 2) points of a person in the square, -1..1; pixels: the same points in the picture.

    Returns:
        the padding of the picture; of a square of 512 pixels when there are no points, or they do not fit.
    """
    sides, borders = [], []
    for points, places in zip(square, pixels, strict=True):
        spread = points - points.mean(axis=0)
        if (total := (spread**2).sum()) > 0 and np.isfinite(places).all():
            half = (spread * (places - places.mean(axis=0))).sum() / total
            sides.append(2 * half)
            borders.append(half * (points.mean(axis=0) + 1) - places.mean(axis=0))
    if not sides:
        return padding(SIZE, SIZE)
    side = round(float(np.median(sides)))
    left, top = np.median(borders, axis=0)
    if not _SMALLEST <= side <= _LARGEST or min(left, top) < -_TOLERANCE or max(left, top) >= side / 2:
        return padding(SIZE, SIZE)
    if left > top:
        return padding(side, side - 2 * round(float(left)))
    return padding(side - 2 * round(float(top)), side)
