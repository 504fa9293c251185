"""How a camera turns from frame to frame, as far as no point shows that it moves."""

from __future__ import annotations

import numpy as np

from ...geometry.rotations import matrix_from_rotvec
from ...typing import Array
from .bundle import robust_weights

_ROUNDS = 8


def turns(before: Array, after: Array, pair: Array, count: int, focal: float, sigma: float) -> tuple[Array, Array]:
    """Rotations between pairs of images, by points that mostly do not move.

    Args:
        before, after: (n, 2) pixels from the image's center, where a point is in the first and in the second image.
        pair: (n,) which pair, rising, below `count`. focal: pixels; sigma: usual error, pixels.

    Returns:
        rotations (count, 3, 3) from the first camera's space to the second's; (count,) factors by which the image grew.
    """
    rotation, growth = np.tile(np.eye(3), (count, 1, 1)), np.ones(count)
    if not len(pair):
        return rotation, growth
    shown, starts = np.unique(pair, return_index=True)
    rays = np.concatenate([before / focal, np.ones((len(before), 1))], axis=1)
    spread = np.full(count, 16 * sigma)
    for _ in range(_ROUNDS):
        away = np.einsum("nij,nj->ni", rotation[pair], rays)
        x, y = (away[:, :2] / away[:, 2:]).T
        zoomed = focal * growth[pair]
        residuals = after - zoomed[:, None] * np.stack([x, y], axis=1)
        one = np.ones_like(x)
        rows = (-x * y, one + x * x, -y, x), (-one - y * y, x * y, x, y)
        slopes = np.stack([np.stack(row, axis=1) for row in rows], axis=1) * zoomed[:, None, None]
        weights = robust_weights(residuals, 1.0 * spread[pair])
        normal = np.add.reduceat(np.einsum("nai,naj,n->nij", slopes, slopes, weights), starts, axis=0)
        right = np.add.reduceat(np.einsum("nai,na,n->ni", slopes, residuals, weights), starts, axis=0)
        normal += np.diag([1.0, 1.0, 1.0, 100.0]) * 1e-3 * focal**2
        step = np.linalg.solve(normal, right[..., None])[..., 0]
        rotation[shown] = matrix_from_rotvec(step[:, :3]) @ rotation[shown]
        growth[shown] *= np.exp(np.clip(step[:, 3], -0.2, 0.2))
        spread = np.maximum(spread / 2, sigma)
    return rotation, growth
