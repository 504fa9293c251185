"""Painting a body out of a crop, so that a network sees who is behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...typing import Array
from ..common.region import Region
from .body_outline import on_bodies, on_body
from .landmark_network import Pose

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
    if not hidden.any():
        return crop
    pad = (0, (1 << (cells - 1).bit_length()) - cells)  # to a power of two
    colors, known = np.pad(_shrunk(crop), (pad, pad, (0, 0))), np.pad((~hidden).astype(np.float64), pad)
    paint = _spread(colors, known)[:cells, :cells].astype(crop.dtype)
    result = crop.copy()
    blocks = result.reshape(cells, _CELL, cells, _CELL, 3).swapaxes(1, 2)
    blocks[hidden] = paint[hidden][:, None, None]
    return result


def _shrunk(crop: Array) -> Array:
    """(N, N, 3) mean colors of the cells of a crop."""
    cells = len(crop) // _CELL
    lines = crop.reshape(cells, _CELL, -1).astype(np.uint16)
    tall = lines.sum(axis=1, dtype=np.uint16).reshape(cells, cells, _CELL, 3)
    total = tall[:, :, 0].copy()
    for column in range(1, _CELL):  # one by one: numpy sums over a short axis slowly
        total += tall[:, :, column]
    return np.asarray(total / _CELL**2)


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
