"""When does a foot stand? Decided in the picture, where motion is measured well; depth is too noisy for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..rotations import Array

_STILL, _SLOW = 0.25, 0.35
"""Image-plane speed in m/s below which a foot starts to stand, and up to which it keeps standing."""
_RUSHING = 1.2
"""Speed in space above which it does not stand, whatever the picture shows (a foot swung along the view)."""
_LIFTED = 0.12
"""Height of the sole above the floor, metres, above which it does not stand."""
_SHORTEST_S = 0.09
"""Stands shorter than this are chance."""


def standing(balls: Array, pixels: Array, metres_per_px: Array, soles: Array, times: Array) -> Array:
    """Which feet stand in which rows.

    Args:
        balls: (m, 2, 3) balls of the left and right foot in the world, metres.
        pixels: (m, 2, 2) the same in the picture; metres_per_px: (m,) scale there.
        soles: (m, 2) height of the lowest point of each foot above the floor.
        times: (m,) seconds.

    Returns:
        (m, 2) bool.
    """
    if len(times) < 2:
        return soles < _LIFTED
    seen = np.linalg.norm(np.gradient(pixels, times, axis=0), axis=-1) * metres_per_px[:, None]
    true = np.linalg.norm(np.gradient(balls, times, axis=0), axis=-1)
    possible = (seen < _SLOW) & (true < _RUSHING) & (soles < _LIFTED)
    result = np.zeros(possible.shape, bool)
    for foot in (0, 1):
        for start, stop in runs(possible[:, foot]):
            long_enough = times[stop - 1] - times[start] >= _SHORTEST_S - 1e-6 or stop - start == len(times)
            result[start:stop, foot] = long_enough and bool((seen[start:stop, foot] < _STILL).any())
    return result


def runs(flags: Array) -> Iterator[tuple[int, int]]:
    """(start, stop) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
