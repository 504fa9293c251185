"""What a person looks like: soft colour histograms of torso, thighs and shins, compared by the Hellinger distance.

Only points on the body's axis are sampled, so that neither the background nor the view (front, side) matters much.
"""

from __future__ import annotations

import numpy as np

from ..rotations import Array

_BINS = (4, 8, 8)
"""Luma, blue and red difference: brightness changes with the light, so it counts less."""

_YCC = np.array([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]])
_YCC_LOW, _YCC_SPAN = np.array([0.0, -80.0, -80.0]), np.array([255.0, 160.0, 160.0])
_ALONG, _ACROSS = np.meshgrid(np.linspace(0.1, 0.9, 9), np.linspace(-1.0, 1.0, 5))
_TORSO_BREADTH, _LEG_BREADTH = 0.15, 0.07
_CORNERS = np.array(list(np.ndindex(2, 2, 2)))
_LEAST_SAMPLES = 20
_PART_WEIGHTS = np.array([2.0, 1.0, 1.0])
"""Torso, thighs, shins: shirts differ more than trousers."""


def body_points(shoulders: Array, hips: Array, knees: Array, ankles: Array) -> list[Array]:
    """Places on a body whose colours tell people apart, (n, 2) pixels for each part; joints (2, 2), left and right."""
    torso = _strip(hips.mean(axis=0), shoulders.mean(axis=0), _TORSO_BREADTH)
    thighs = np.concatenate([_strip(hips[i], knees[i], _LEG_BREADTH) for i in (0, 1)])
    shins = np.concatenate([_strip(knees[i], ankles[i], _LEG_BREADTH) for i in (0, 1)])
    return [torso, thighs, shins]


def signature(image: Array, parts: list[Array]) -> Array:
    """Colour signature of a person in a (H, W, 3) RGB picture, from the places given by `body_points`.

    Returns:
        (parts, bins), each row a histogram that sums to 1, or all zero when too little of the part is in the picture.
    """
    return np.stack([_histogram(_colours(image, part)) for part in parts])


def difference(a: Array, b: Array) -> float:
    """Hellinger distance of the parts that both signatures have, 0 (same) to 1; 0.5 when they share none.

    The mean square over the parts, so that one strange part is not made up for by others that many people share.
    """
    weights = np.where(a.any(axis=1) & b.any(axis=1), _PART_WEIGHTS, 0.0)
    if not weights.any():
        return 0.5
    squared = np.clip(1 - np.sqrt(a * b).sum(axis=1), 0, None)
    return float(np.sqrt((weights * squared).sum() / weights.sum()))


def blend(old: Array, new: Array, share: float) -> Array:
    """Signature moved towards a new one; parts that only one of them has are taken from it."""
    both = (old.any(axis=1) & new.any(axis=1))[:, None]
    return np.where(both, old + share * (new - old), old + new)


def _strip(start: Array, end: Array, breadth: float) -> Array:
    """Points around the middle of a segment, (N, 2) pixels; `breadth` to each side as a share of its length."""
    axis = end - start
    side = np.array([-axis[1], axis[0]]) * breadth
    return np.asarray(start + _ALONG.reshape(-1, 1) * axis + _ACROSS.reshape(-1, 1) * side)


def _colours(image: Array, points: Array) -> Array:
    """Pixels at the points inside of the picture (n, 3)."""
    height, width = image.shape[:2]
    column, row = np.floor(points).astype(int).T
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    return image[row[inside], column[inside]].astype(np.float64)


def _histogram(colours: Array) -> Array:
    """Trilinear histogram, so that a small change of light moves little between bins."""
    bins = np.array(_BINS)
    if len(colours) < _LEAST_SAMPLES:
        return np.zeros(bins.prod())
    place = np.clip((colours @ _YCC.T - _YCC_LOW) / _YCC_SPAN, 0, 1) * (bins - 1)
    low = np.minimum(place.astype(int), bins - 2)
    shares = np.stack([1 - (place - low), place - low])  # (2, n, 3): of the lower and the upper bin
    weights = shares[_CORNERS[:, 0], :, 0] * shares[_CORNERS[:, 1], :, 1] * shares[_CORNERS[:, 2], :, 2]
    strides = np.array([bins[1] * bins[2], bins[2], 1])
    places = low @ strides + (_CORNERS @ strides)[:, None]
    return np.bincount(places.ravel(), weights.ravel(), bins.prod()) / len(colours)
