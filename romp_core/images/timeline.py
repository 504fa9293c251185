"""When people are seen, as an image: a strip for each of them, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..typing import Array
from .colors import color_of

_STRIP_PX, _GAP_PX = 12, 4
_EMPTY, _EMPTY_SELECTED = 60, 95
"""Gray of the time in which somebody is not seen."""

_LEAST = 0.4
"""Strength of the color where somebody is seen at all."""


def draw_timeline(seen: Sequence[Array], frames: int, ids: Sequence[int], selected: int | None, width: int) -> Array:
    """An image (H, width, 3) uint8 RGB of people over the frames of a take, in their colors.

    Args:
        seen: of each person, the frames (n,) in which they are seen, 0 to `frames` - 1. ids: decide the colors.
        selected: id of the person whose strip is brighter where it is empty.
    """
    image = np.zeros((len(ids) * (_STRIP_PX + _GAP_PX), width, 3), np.uint8)
    edges = np.linspace(0, max(frames, 1), width + 1)
    for row, (own, id) in enumerate(zip(seen, ids, strict=True)):
        known = np.zeros(frames + 1)
        known[1:] = np.cumsum(np.bincount(np.asarray(own, int), minlength=frames)[:frames] > 0)
        counts = np.interp(edges, np.arange(frames + 1), known)
        share = (np.diff(counts) / np.maximum(np.diff(edges), 1e-9))[:, None].clip(0, 1)
        share = np.where(share > 0, np.maximum(share, _LEAST), 0)
        empty = _EMPTY_SELECTED if id == selected else _EMPTY
        color = 255 * np.array(color_of(id))
        top = row * (_STRIP_PX + _GAP_PX)
        image[top : top + _STRIP_PX] = np.rint(empty + share * (color - empty))
    return image
