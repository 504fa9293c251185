"""Zero-phase smoothing of uniformly sampled tracks."""

from __future__ import annotations

import numpy as np

from ..typing import Array


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


def local_quadratic(track: Array, sigma: float, trust: Array | None = None) -> Array:
    """Value at each sample of the parabola fitted to its neighborhood (Cleveland 1979), weights falling off as a
    Gaussian: as calm as a Gaussian mean, but peaks are flattened far less and the ends are no special case.

    Args:
        track: (T, ...); sigma: in samples. trust: (T, ...) weights of the samples, broadcast against the track.
    """
    count = len(track)
    radius = min(int(np.ceil(3 * sigma)), count - 1)
    if radius < 1:
        return np.array(track)
    weight = np.ones((count, *[1] * (track.ndim - 1))) if trust is None else np.asarray(trust, np.float64)
    shifts = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (shifts / sigma) ** 2)
    moments = np.zeros((5, *weight.shape))
    sums = np.zeros((3, *track.shape))
    for shift, fall in zip(shifts, kernel, strict=True):
        here, there = slice(max(0, -shift), count - max(0, shift)), slice(max(0, shift), count - max(0, -shift))
        near = weight[there] * fall
        seen, place = near * track[there], shift / sigma
        for power in range(5):
            moments[power, here] += near * place**power
        for power in range(3):
            sums[power, here] += seen * place**power
    # first row of the inverse of the 3 x 3 normal matrix, with a little of a constant fit where it is singular
    m0, m1, m2, m3, m4 = moments
    m2, m4 = m2 + 1e-9 * m0, m4 + 1e-9 * m0
    first, second, third = m2 * m4 - m3 * m3, m2 * m3 - m1 * m4, m1 * m3 - m2 * m2
    return np.asarray((first * sums[0] + second * sums[1] + third * sums[2]) / (first * m0 + second * m1 + third * m2))
