"""Constants of BEV's maps: the sizes, the depth anchors and the camera of every cell."""

from __future__ import annotations

from functools import cache

import numpy as np

from ...typing import Array

MAP_SIZE = 128
"""Cells along x and y of the maps; the position embedding has as many rows."""
DEPTH_BINS = 64
ROTATIONS = 22
"""Joints whose rotation the network gives, in 6D: SMPL's without the hands."""
BETAS = 11
"""Ten directions of SMPL's body shape, then the age offset: 0 is an adult, 1 a new-born."""
PARAMS = 6 * ROTATIONS + BETAS
"""Numbers that the network gives per person."""
AGE = 10
"""Index of the age offset among the betas."""
TAN_HALF_FOV = float(np.tan(np.radians(30.0)))
"""BEV's camera sees 60 degrees across the square image."""

# Scale at the near end, then (last meter of the level, bins): bins are dense where people usually are.
_NEAREST_SCALE = 8.0
_LEVELS = ((1.0, 4), (10.0, 50), (20.0, 6), (100.0, 4))


@cache
def depth_anchors() -> Array:
    """Scale in the middle of each depth bin, (64,) float32, falling from 6.43 (near) to 0.017 (far)."""
    start, anchors = _NEAREST_SCALE, []
    for meters, bins in _LEVELS:
        end = 1.0 / TAN_HALF_FOV / meters
        anchors += [start - step / bins * (start - end) for step in range(1, bins + 1)]
        start = end
    return np.array(anchors, np.float32)


def camera_grid() -> Array:
    """The camera (scale, y, x) of each cell before the network's offsets: (1, 64, 128, 128, 3) float32.

    A checkpoint stores it as the buffer `coordmap_3d`. The positions of cells are multiples of 2/128, not of 2/127.
    """
    cell = (np.arange(MAP_SIZE, dtype=np.float32) / MAP_SIZE * 2 - 1).astype(np.float32)
    grid = np.empty((1, DEPTH_BINS, MAP_SIZE, MAP_SIZE, 3), np.float32)
    grid[..., 0] = depth_anchors()[:, None, None]
    grid[..., 1] = cell[:, None]
    grid[..., 2] = cell
    return grid
