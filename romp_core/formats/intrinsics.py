"""Cameras from the intrinsics that files carry."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..typing import Array
from .track_take import View

_LARGEST = 1 << 15
_SMALLEST_CENTER = 16.0
_WIDEST, _NARROWEST = 0.1, 100.0
"""Focal lengths of real cameras, in lengths of the image's longer side."""


def view_of_matrix(matrix: Any) -> View:
    """The view of matrices (3, 3) or (n, 3, 3), of which the median counts; an empty one where they make no sense."""
    array = _numbers(matrix)
    if array is None or array.shape[-2:] != (3, 3):
        return View()
    middle = np.median(array.reshape(-1, 3, 3), axis=0)
    return view_of((middle[0, 0] + middle[1, 1]) / 2, middle[:2, 2])


def view_of(focal: Any, center: Any) -> View:
    """The view of a focal length and a principal point (2,) in pixels, which is taken for the middle of the image."""
    focal_px, middle = _numbers(focal), _numbers(center)
    if focal_px is None or middle is None or not focal_px.size or middle.size < 2:
        return View()
    length, (x, y) = float(np.median(focal_px)), middle.reshape(-1)[:2].tolist()
    if not (min(x, y) >= _SMALLEST_CENTER and max(x, y) < _LARGEST):
        return View()
    if not _WIDEST < length / (2 * max(x, y)) < _NARROWEST:
        return View()
    return View((2 * x, 2 * y), focal_px=length)


def _numbers(value: Any) -> Array | None:
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return array.astype(np.float64) if array.dtype.kind in "fiu" and np.isfinite(array).all() else None
