"""When does a foot stand? Decided in the picture, where motion is measured well; depth is too noisy for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..rotations import Array

_STILL, _SLOW = 0.25, 0.35
"""Image-plane speed in m/s below which a foot starts to stand, and up to which it keeps standing."""
_LIFTED = 0.12
"""Height of a sole above the other one, metres, above which it does not stand; depth errors move both alike."""
_AIRBORNE = 0.3
"""The same above the floor."""
_SHORTEST_S = 0.05
"""Stands shorter than this are chance."""


def standing(pixels: Array, metres_per_px: Array, soles: Array, times: Array) -> Array:
    """Which feet stand in which rows.

    Args:
        pixels: (m, 2, 2) balls of the left and right foot in the picture; metres_per_px: (m,) scale there.
        soles: (m, 2) height of the lowest point of each foot above the floor.
        times: (m,) seconds.

    Returns:
        (m, 2) bool.
    """
    low = (soles < soles.min(axis=1, keepdims=True) + _LIFTED) & (soles < _AIRBORNE)
    if len(times) < 2:
        return low
    # Between rows rather than at them, so that the first and the last row of a stand count as well.
    speed = np.linalg.norm(np.diff(pixels, axis=0), axis=-1) * metres_per_px[1:, None] / np.diff(times)[:, None]
    slow = (speed < _SLOW) & low[1:] & low[:-1]
    result = np.zeros(low.shape, bool)
    for foot in (0, 1):
        for start, stop in runs(slow[:, foot]):
            long_enough = times[stop] - times[start] >= _SHORTEST_S or stop - start == len(slow)
            if long_enough and (speed[start:stop, foot] < _STILL).any():
                result[start : stop + 1, foot] = True
    return result


def runs(flags: Array) -> Iterator[tuple[int, int]]:
    """(start, stop) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
