"""Skeletons drawn onto a small image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..typing import Array
from .colors import color_of

_LEAST_VISIBILITY = 0.3


def draw_skeletons(
    image: Array, points: Array, visibility: Array, ids: Sequence[int], edges: Sequence[tuple[int, int]]
) -> Array:
    """Draw into an image, in the colors of the people.

    Args:
        image: (H, W, 3) uint8 RGB, changed. points: (P, K, 2) in its pixels; visibility: (P, K); hidden ones are left
            out. edges: pairs of keypoints.

    Returns:
        the same image.
    """
    height, width = image.shape[:2]
    starts, ends = np.array(edges).T
    for body, seen, id in zip(points, visibility, ids, strict=True):
        drawn = (seen[starts] >= _LEAST_VISIBILITY) & (seen[ends] >= _LEAST_VISIBILITY)
        first, last = body[starts[drawn]], body[ends[drawn]]
        if not len(first):
            continue
        steps = int(min(np.abs(last - first).max(), 2 * max(width, height))) + 2
        along = np.linspace(0, 1, steps)[:, None, None]
        x, y = np.rint(first + (last - first) * along).reshape(-1, 2).astype(int).T
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        image[y[inside], x[inside]] = [round(255 * channel) for channel in color_of(id)]
    return image
