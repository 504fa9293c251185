"""The appearance of a person: soft color histograms of torso, thighs and shins, compared by the Hellinger distance.

Only points on the body's axis are sampled, so that neither the background nor the view (front, side) matters much.
"""

from __future__ import annotations

import numpy as np

from ..take.keypoints import SMPL_24
from ..typing import Array

MEMORY_S = 30.0
"""People who have been away for longer are forgotten."""

MAX_TRACKED, MAX_RETURNED = 0.6, 0.45
"""Largest difference between two appearances of one person: in consecutive frames, and after an absence."""

LEARNED_PER_FRAME = 0.1
"""Share of a remembered appearance that is replaced in each frame."""

_BINS = (4, 8, 8)
"""Luma, blue and red difference: brightness changes with the light, so it counts less."""

_YCC = np.array([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]])
_YCC_LOW, _YCC_SPAN = np.array([0.0, -80.0, -80.0]), np.array([255.0, 160.0, 160.0])
_ALONG, _ACROSS = np.meshgrid(np.linspace(0.1, 0.9, 9), np.linspace(-1.0, 1.0, 5))
_TORSO_BREADTH, _LEG_BREADTH = 0.15, 0.07
_CORNERS = np.array(list(np.ndindex(2, 2, 2)))
_MIN_SAMPLES = 20
_PART_WEIGHTS = np.array([2.0, 1.0, 1.0])
"""Torso, thighs, shins: shirts differ more than trousers."""

_LIMBS = [SMPL_24.pair(part) for part in ("shoulder", "hip", "knee", "ankle")]


def body_points(shoulders: Array, hips: Array, knees: Array, ankles: Array) -> list[Array]:
    """Points on bodies whose colors tell people apart.

    Args:
        shoulders, hips, knees, ankles: (..., 2, 2) pixels, left and right, of one or of many people.

    Returns:
        (..., n, 2) pixels for each part.
    """
    torso = _strip(hips.mean(axis=-2), shoulders.mean(axis=-2), _TORSO_BREADTH)
    thighs, shins = _strip(hips, knees, _LEG_BREADTH), _strip(knees, ankles, _LEG_BREADTH)
    return [torso, *(np.concatenate([legs[..., 0, :, :], legs[..., 1, :, :]], axis=-2) for legs in (thighs, shins))]


def signature(image: Array, parts: list[Array]) -> Array:
    """Color signature of a person in a (H, W, 3) RGB image, from the points of `body_points`.

    Returns:
        (parts, bins), each row a histogram that sums to 1, or all zero when too little of the part is in the image.
    """
    return signatures(image, [part[None] for part in parts])[0]


def signatures(image: Array, parts: list[Array]) -> Array:
    """The same of P people at once, (P, parts, bins), from points (P, n, 2) for each part."""
    people = len(parts[0])
    owners = [np.repeat(np.arange(people) * len(parts) + i, part.shape[1]) for i, part in enumerate(parts)]
    points = np.concatenate([part.reshape(-1, 2) for part in parts])
    inside = _inside(image, points)
    owner = np.concatenate(owners)[inside]
    histograms = _histograms(_colors(image, points[inside]), owner, people * len(parts))
    return histograms.reshape(people, len(parts), histograms.shape[1])


def smpl_appearances(image: Array, keypoints2d: Array) -> list[Array]:
    """Appearances of people in a (H, W, 3) RGB image from their SMPL joints (n, 24, 2) in its pixels."""
    limbs = [keypoints2d[:, pair] for pair in _LIMBS]
    return list(signatures(image, body_points(*limbs)))


def difference(a: Array, b: Array) -> float:
    """Hellinger distance of the parts that both signatures have, 0 (same) to 1; 0.5 when they share none.

    The mean square over the parts, so that one part that differs is not outweighed by others that many people share.
    """
    weights = np.where(a.any(axis=1) & b.any(axis=1), _PART_WEIGHTS, 0.0)
    if not weights.any():
        return 0.5
    squared = np.clip(1 - np.sqrt(a * b).sum(axis=1), 0, None)
    return float(np.sqrt((weights * squared).sum() / weights.sum()))


def blend(old: Array, new: Array, share: float) -> Array:
    """Signature moved towards a new one; parts that only one of them has are taken from it."""
    both = np.logical_and(old.any(axis=1), new.any(axis=1)).reshape(-1, 1)
    return np.where(both, old + share * (new - old), old + new)


def _strip(start: Array, end: Array, breadth: float) -> Array:
    """Points around the middle of segments (..., 2), (..., N, 2) pixels; `breadth` is a share of the length."""
    axis = end - start
    side = np.stack([-axis[..., 1], axis[..., 0]], axis=-1) * breadth
    along, across = _ALONG.reshape(-1, 1), _ACROSS.reshape(-1, 1)
    return np.asarray(start[..., None, :] + along * axis[..., None, :] + across * side[..., None, :])


def _inside(image: Array, points: Array) -> Array:
    height, width = image.shape[:2]
    return np.asarray(((points >= 0) & (points < (width, height))).all(axis=-1))


def _colors(image: Array, points: Array) -> Array:
    """Pixels (n, 3) at points (n, 2) inside of the image."""
    column, row = points.astype(int).T
    return image[row, column].astype(np.float64)


def _histograms(colors: Array, owner: Array, count: int) -> Array:
    """Trilinear histograms (count, bins) of the colors of each owner, so that a change of light moves little.

    All zero for owners of too few colors.
    """
    bins = np.array(_BINS)
    size = int(bins.prod())
    bin_position = np.clip((colors @ _YCC.T - _YCC_LOW) / _YCC_SPAN, 0, 1) * (bins - 1)
    low = np.minimum(bin_position.astype(int), bins - 2)
    shares = np.stack([1 - (bin_position - low), bin_position - low])  # (2, n, 3): of the lower and the upper bin
    weights = shares[_CORNERS[:, 0], :, 0] * shares[_CORNERS[:, 1], :, 1] * shares[_CORNERS[:, 2], :, 2]
    strides = np.array([bins[1] * bins[2], bins[2], 1])
    bins_hit = owner * size + low @ strides + (_CORNERS @ strides)[:, None]
    sums = np.bincount(bins_hit.ravel(), weights.ravel(), count * size).reshape(count, size)
    samples = np.bincount(owner, minlength=count)[:, None]
    return np.where(samples < _MIN_SAMPLES, 0.0, sums / np.maximum(samples, 1))
