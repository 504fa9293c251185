"""Patches of images around points, found again in another image to a small part of a pixel.

Baker & Matthews, "Lucas-Kanade 20 years on", 2004, section 3.2: the inverse compositional algorithm for a shift, with
the brightness and the contrast of the patches taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...typing import Array

RADIUS = 5
"""Half the side of a patch, pixels of its level."""
_SIDE = 2 * RADIUS + 1
_LEAST_CONTRAST = 2.0
_LARGEST_STEP = 3.0
"""Pixels of the level in one iteration."""


@dataclass
class Patches:
    """Patches around n points at one level, as they are looked for.

    Attributes:
        values: (n, s) float32 without mean, of contrast 1. steps: (2, n, s) what a difference of each pixel says about
            the shift.
    """

    values: Array
    steps: Array

    @classmethod
    def empty(cls, count: int) -> Patches:
        """Room for this many."""
        return cls(np.zeros((count, _SIDE**2), np.float32), np.zeros((2, count, _SIDE**2), np.float32))

    def cut(self, rows: Array, image: Array, points: Array) -> None:
        """Take the patches (k,) anew from an image (h, w), around points (k, 2) x, y."""
        wide = sample(image, points, RADIUS + 1).reshape(len(rows), _SIDE + 2, _SIDE + 2)
        inner = wide[:, 1:-1, 1:-1].reshape(len(rows), _SIDE**2)
        across = ((wide[:, 1:-1, 2:] - wide[:, 1:-1, :-2]) / 2).reshape(len(rows), _SIDE**2)
        down = ((wide[:, 2:, 1:-1] - wide[:, :-2, 1:-1]) / 2).reshape(len(rows), _SIDE**2)
        values, contrast = _standard(inner)
        across, down = (_orthogonal(each / contrast, values) for each in (across, down))
        a, b, c = (np.einsum("ns,ns->n", *pair) for pair in ((across, across), (across, down), (down, down)))
        a, c = a + 1e-6, c + 1e-6
        inverse = 1 / np.maximum(a * c - b * b, 1e-9)
        self.values[rows] = values
        self.steps[0, rows] = (c[:, None] * across - b[:, None] * down) * inverse[:, None]
        self.steps[1, rows] = (a[:, None] * down - b[:, None] * across) * inverse[:, None]

    def step(self, rows: Array, image: Array, points: Array) -> tuple[Array, Array]:
        """One iteration: the points (k, 2) of patches `rows` (k,) moved; how much they looked alike before, -1..1."""
        seen, _ = _standard(sample(image, points, RADIUS))
        known = self.values[rows]
        alike = np.einsum("ns,ns->n", seen, known)
        shift = np.einsum("ans,ns->na", self.steps[:, rows], seen - known)
        return points - np.clip(shift, -_LARGEST_STEP, _LARGEST_STEP), alike


def _standard(values: Array) -> tuple[Array, Array]:
    """Patches (n, s) without mean and of length 1, and the length (n, 1) that they had."""
    values = values - values.mean(axis=1, keepdims=True)
    contrast = np.sqrt(np.einsum("ns,ns->n", values, values))[:, None]
    contrast = np.maximum(contrast, np.float32(_LEAST_CONTRAST))
    return values / contrast, contrast


def _orthogonal(values: Array, known: Array) -> Array:
    """What of values (n, s) is no change of brightness or contrast of patches (n, s) of length 1."""
    values = values - values.mean(axis=1, keepdims=True)
    return np.asarray(values - np.einsum("ns,ns->n", values, known)[:, None] * known)


def sample(image: Array, points: Array, radius: int) -> Array:
    """Patches (n, s) of an image (h, w) around points (n, 2) x, y, interpolated; the border repeats."""
    rows, columns = image.shape
    corner = np.floor(points)
    fraction = (points - corner).astype(np.float32)
    reach = np.arange(-radius, radius + 2)
    x = np.clip(corner[:, :1].astype(np.intp) + reach, 0, columns - 1)
    y = np.clip(corner[:, 1:].astype(np.intp) + reach, 0, rows - 1)
    block = image.take(y[:, :, None] * columns + x[:, None, :])
    right, below = fraction[:, 0, None, None], fraction[:, 1, None, None]
    wide = block[:, :, :-1] + right * (block[:, :, 1:] - block[:, :, :-1])
    whole = wide[:, :-1] + below * (wide[:, 1:] - wide[:, :-1])
    return np.asarray(whole.reshape(len(points), (2 * radius + 1) ** 2))


def is_inside(shape: Sequence[int], points: Array, margin: float) -> Array:
    """(n,) bool: points (n, 2) that are in an image of this shape, not nearer to its border than that."""
    limit = np.array([shape[1], shape[0]]) - 1 - margin
    return np.asarray(((points >= margin) & (points <= limit)).all(axis=1))
