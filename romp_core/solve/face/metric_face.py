"""From points in the image to a face in meters: where the head is, how it is turned, and its shape without that.

MediaPipe's metric face ("face geometry" module), for any pinhole, face and choice of points, all frames at once: the
scale of a weak-perspective image of the face gives its depth, and once more with the perspective that this depth means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.projection import Pinhole
from ...typing import Array

_TINY = 1e-12


@dataclass(frozen=True)
class MetricFace:
    """Faces in T frames.

    Attributes:
        turns: (T, 3, 3), positions: (T, 3), scales: (T,): from the canonical face to camera space, of which a face of
            the canonical one's size has its real distance.
        points: (T, N, 3) in the canonical face's axes and size.
    """

    turns: Array
    positions: Array
    scales: Array
    points: Array


def metric_face(points: Array, canonical: Array, weights: Array, optics: Pinhole) -> MetricFace:
    """Faces from what a network sees of them.

    Args:
        points: (T, N, 3) pixels; z in the same unit, smaller is nearer. All finite.
        canonical: (N, 3) or (T, N, 3) meters, x to the person's left, y up, z to the front.
        weights: (N,) of the points; heavy are those that expressions hardly move.
    """
    canonical = np.broadcast_to(canonical, points.shape) * np.array([1.0, -1.0, -1.0])  # camera axes
    slopes = (points[..., :2] - optics.center_px) / optics.focal_px
    depths = points[..., 2] / optics.focal_px
    depths = depths - depths.mean(axis=1, keepdims=True)
    flat = np.concatenate([slopes, depths[..., None]], axis=-1)
    scale = similarity(canonical, flat, weights)[1]
    for _ in range(2):
        distance = (1 + depths) / scale[:, None]
        solid = np.concatenate([slopes, np.ones_like(depths)[..., None]], axis=-1) * distance[..., None]
        turn, again, position = similarity(canonical, solid, weights)
        scale = scale * again
    # `again` is near 1 now: what is left of it is the size of the canonical face in the last space
    local = (solid - position[:, None]) @ turn / again[:, None, None]
    flip = np.diag([1.0, -1.0, -1.0])
    return MetricFace(turn @ flip, position, again, local @ flip)


def similarity(points: Array, targets: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Turns (T, 3, 3), scales (T,) and shifts (T, 3) that bring points (T, N, 3) nearest to targets (Umeyama 1991).

    Args:
        weights: (N,) or (T, N).
    """
    share = np.broadcast_to(weights, points.shape[:2])
    share = share / share.sum(axis=1, keepdims=True)
    middles = [(share[:, None] @ each)[:, 0] for each in (points, targets)]
    around, about = (each - middle[:, None] for each, middle in zip((points, targets), middles, strict=True))
    weighted = around * share[..., None]
    u, spread, vt = np.linalg.svd(np.swapaxes(about, 1, 2) @ weighted)
    flip = np.ones((len(points), 3))
    flip[:, 2] = np.sign(np.linalg.det(u @ vt))
    turn = (u * flip[:, None]) @ vt
    scale = (spread * flip).sum(axis=1) / np.maximum((weighted * around).sum(axis=(1, 2)), _TINY)
    shift = middles[1] - scale[:, None] * (turn @ middles[0][..., None])[..., 0]
    return turn, scale, shift
