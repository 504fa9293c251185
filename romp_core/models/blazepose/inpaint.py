"""Painting a body out of a crop, so that the landmark network sees the person behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...typing import Array
from .body_outline import on_bodies, on_body
from .landmark_network import Pose
from .region import Region

_CELL = 4


def erase(
    crop: Array, region: Region, bodies: Sequence[Pose], behind: Sequence[Pose] = (), own: Pose | None = None
) -> Array:
    """The (S, S, 3) crop of a region with bodies replaced by a smooth continuation of what surrounds them.

    Args:
        bodies: whole ones. behind: those of which the `own` body is left.
    """
    cells = len(crop) // _CELL
    centers = (np.arange(cells) + 0.5) / cells
    points = region.to_image(np.stack(np.meshgrid(centers, centers), axis=-1))
    hidden = on_bodies(points, behind)
    if own is not None:
        hidden &= ~on_body(points, own)
    hidden |= on_bodies(points, bodies)
    small = crop.reshape(cells, _CELL, cells, _CELL, 3).mean(axis=(1, 3))
    filled = _spread(small, (~hidden).astype(np.float64))
    mask, paint = (np.repeat(np.repeat(a, _CELL, axis=0), _CELL, axis=1) for a in (hidden, filled))
    return np.where(mask[..., None], paint, crop).astype(crop.dtype)


def _spread(colors: Array, known: Array) -> Array:
    """Pull-push interpolation (Gortler et al., "The Lumigraph", 1996): unknown cells take coarser averages.

    Args:
        colors: (N, N, 3), N a power of two. known: (N, N) weight 0..1.
    """
    if len(colors) == 1:
        return colors
    half = len(colors) // 2
    weight = known.reshape(half, 2, half, 2)
    total = weight.sum(axis=(1, 3))
    weighted = (colors.reshape(half, 2, half, 2, 3) * weight[..., None]).sum(axis=(1, 3))
    coarse = _spread(weighted / np.maximum(total, 1e-9)[..., None], np.minimum(total, 1))
    above = np.repeat(np.repeat(coarse, 2, axis=0), 2, axis=1)
    return known[..., None] * colors + (1 - known[..., None]) * above
