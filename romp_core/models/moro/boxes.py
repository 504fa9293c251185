"""Where somebody is in every frame, and the square piece of the image there: what the network looks at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...geometry.projection import Pinhole
from ...images.resize_smooth import resize_smooth
from ...take.observations import Observations
from ...typing import Array

SIDE = 256
"""Pixels of a crop."""
LONGEST_GAP_S = 2.0
"""How long somebody may be hidden within a track: as far as the network's attention reaches."""
_MARGIN, _UNIT_PX = 1.2, 200
"""Scale of a box: its longer side, a fifth more, in units of 200 pixels."""
_BEYOND = 1.1
"""A detector's box ends where the body does, and so this much wider than keypoints do."""
_SEEN = 0.3
_FEWEST = 3
"""As many keypoints show where somebody is."""
_LARGEST = 3
"""Sides of the image beyond which a crop shows nothing."""
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
"""Of ImageNet."""


@dataclass(frozen=True)
class Track:
    """Somebody in n consecutive frames of one shot.

    Attributes:
        rows: (n,) frame indices. times: (n,) seconds. boxes: (n, 3) center x, y in pixels, and scale.
    """

    rows: Array
    times: Array
    boxes: Array


def tracks(observations: Observations, times: Array, cuts: Iterable[int], size: tuple[int, int]) -> list[Track]:
    """Where a person is, in stretches without a long gap; short gaps are filled linearly.

    Args:
        times: (T,) of the footage's frames. cuts: frame indices at which a shot begins. size: width, height in pixels.
    """
    boxes, known = _boxes(observations, size)
    at, boxes = observations.frame_index[known], boxes[known]
    if not len(at):
        return []
    shots = np.searchsorted(sorted(cuts), at, side="right")
    breaks = np.flatnonzero((np.diff(times[at]) > LONGEST_GAP_S) | (np.diff(shots) > 0)) + 1
    found = []
    for part in np.split(np.arange(len(at)), breaks):
        rows = np.arange(at[part[0]], at[part[-1]] + 1)
        filled = [np.interp(times[rows], times[at[part]], boxes[part, axis]) for axis in range(3)]
        found.append(Track(rows, times[rows], np.stack(filled, axis=1)))
    return found


def _boxes(observations: Observations, size: tuple[int, int]) -> tuple[Array, Array]:
    """Boxes (n, 3) around the visible keypoints, as far as they are in the image, and which are known (n,)."""
    points = observations.keypoints2d.astype(np.float64)
    seen = (observations.visibility >= _SEEN) & np.isfinite(points).all(axis=-1)
    points = np.clip(np.where(seen[..., None], points, 0), 0, size)
    low = np.where(seen[..., None], points, np.inf).min(axis=1)
    high = np.where(seen[..., None], points, -np.inf).max(axis=1)
    known = seen.sum(axis=1) >= _FEWEST
    low, high = (np.where(known[:, None], each, 0) for each in (low, high))
    side = (high - low).max(axis=1)
    scale = _MARGIN * _BEYOND * side / _UNIT_PX
    return np.concatenate([(low + high) / 2, scale[:, None]], axis=1), known & (side >= 1)


def corners(box: Array) -> tuple[Array, Array]:
    """Whole pixels (2,) x, y of the corner of a crop and of the one opposite, which is outside of it.

    As in the networks for the body since HMR (Kanazawa et al. 2018): cut off towards zero.
    """
    half = _UNIT_PX * box[2] / 2
    return np.trunc(box[:2] - half).astype(int), np.trunc(box[:2] + half).astype(int)


def crop(image: Array, box: Array) -> Array:
    """The piece (256, 256, 3) uint8 of an image (H, W, 3), black where that ends."""
    (left, top), (right, bottom) = corners(box)
    height, width = image.shape[:2]
    x, y = np.clip([left, right], 0, width), np.clip([top, bottom], 0, height)
    largest = _LARGEST * max(width, height)
    if x[0] == x[1] or y[0] == y[1] or max(right - left, bottom - top) > largest:
        return np.zeros((SIDE, SIDE, 3), np.uint8)
    piece = np.zeros((bottom - top, right - left, 3), np.uint8)
    piece[y[0] - top : y[1] - top, x[0] - left : x[1] - left] = image[y[0] : y[1], x[0] : x[1]]
    return resize_smooth(piece, SIDE, SIDE)


def normalized(crops: Array) -> Array:
    """Crops (n, 256, 256, 3) uint8 as the network takes them: (n, 3, 256, 256) float32."""
    values = (crops.astype(np.float32) / np.float32(255) - _MEAN) / _STD
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2))


def conditions(boxes: Array, pinhole: Pinhole) -> Array:
    """The boxes (n, 3) as the network takes them: center from the principal point and side, in focal lengths."""
    sides = _UNIT_PX * boxes[:, 2:]
    return np.asarray(np.concatenate([boxes[:, :2] - pinhole.center_px, sides], axis=1) / pinhole.focal_px, np.float32)
