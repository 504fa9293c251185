"""Zero-phase smoothing of uniformly sampled tracks."""

from __future__ import annotations

import numpy as np

from ..rotations import Array, make_continuous, normalize


def gaussian(track: Array, sigma: float) -> Array:
    """Gaussian smoothing along the first axis, `sigma` in samples; the ends continue by point reflection."""
    radius = min(int(np.ceil(3 * sigma)), len(track) - 1)
    if radius < 1:
        return np.array(track)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    before = 2 * track[:1] - track[radius:0:-1]
    after = 2 * track[-1:] - track[-2 : -radius - 2 : -1]
    padded = np.concatenate([before, track, after])
    smooth = np.zeros_like(track)
    for offset, weight in enumerate(kernel):
        smooth += weight * padded[offset : offset + len(track)]
    return smooth


def smooth_rotations(quaternions: Array, sigma: float) -> Array:
    """Gaussian mean of neighbouring rotations (T, ..., 4), `sigma` in samples."""
    return normalize(gaussian(make_continuous(quaternions), sigma))
