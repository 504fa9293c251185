"""Zero-phase smoothing of uniformly sampled tracks."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..typing import Array

_BLOCK = 64
"""Samples filtered by one matrix product."""


def gaussian(track: Array, sigma: float) -> Array:
    """Gaussian smoothing along the first axis, `sigma` in samples; the ends continue by point reflection."""
    radius = min(int(np.ceil(3 * sigma)), len(track) - 1)
    if radius < 1:
        return np.array(track)
    kernel = _bell(radius, sigma)
    before = 2 * track[:1] - track[radius:0:-1]
    after = 2 * track[-1:] - track[-2 : -radius - 2 : -1]
    return _correlate(np.concatenate([before, track, after]), kernel / kernel.sum())


def running_maximum(values: Array, reach: int) -> Array:
    """Largest of the `reach` samples (T,) on either side of each one; beyond the ends there is nothing larger."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, reach, mode="edge"), 2 * reach + 1)
    return np.asarray(windows.max(axis=1))


def envelope(values: Array, reach: int, sigma: float) -> Array:
    """A smooth track (T,) that is nowhere below the values: their maximum over `reach` samples, smoothed."""
    return np.maximum(gaussian(running_maximum(values, reach), sigma), values)


def local_quadratic(track: Array, sigma: float, trust: Array | None = None) -> Array:
    """Value at each sample of the parabola fitted to its neighborhood (Cleveland 1979), weights falling off as a
    Gaussian: as calm as a Gaussian mean, but peaks are flattened far less and the ends are no special case.

    Args:
        track: (T, ...) floats; sigma: in samples. trust: (T, ...) weights of the samples, broadcast against the track.
    """
    count = len(track)
    radius = min(int(np.ceil(3 * sigma)), count - 1)
    if radius < 1:
        return np.array(track)
    if trust is not None:
        return _weighted_quadratic(track, sigma, radius, trust)
    if count <= 2 * radius:
        return _weighted_quadratic(track, sigma, radius, _ones(track))
    # Away from the ends the same kernel serves every sample.
    bell, squared = _bell(radius, sigma), (np.arange(-radius, radius + 1) / sigma) ** 2
    m0, m2, m4 = bell.sum(), bell @ squared, bell @ squared**2
    middle = _correlate(track, bell * (m4 - m2 * squared) / (m0 * m4 - m2 * m2))
    ends = track[: 2 * radius], track[-2 * radius :]
    head, tail = (_weighted_quadratic(end, sigma, radius, _ones(end)) for end in ends)
    return np.concatenate([head[:radius], middle, tail[-radius:]])


def _weighted_quadratic(track: Array, sigma: float, radius: int, trust: Array) -> Array:
    bell, distance = _bell(radius, sigma), np.arange(-radius, radius + 1) / sigma
    weight, weighted = (_zero_padded(values, radius) for values in (trust, trust * track))
    m0, m1, m2, m3, m4 = (_correlate(weight, bell * distance**power) for power in range(5))
    s0, s1, s2 = (_correlate(weighted, bell * distance**power) for power in range(3))
    # first row of the inverse of the 3 x 3 normal matrix, with a little of a constant fit where it is singular
    m2, m4 = m2 + 1e-9 * m0, m4 + 1e-9 * m0
    first, second, third = m2 * m4 - m3 * m3, m2 * m3 - m1 * m4, m1 * m3 - m2 * m2
    fitted = (first * s0 + second * s1 + third * s2) / (first * m0 + second * m1 + third * m2)
    return np.asarray(fitted, track.dtype)


def _bell(radius: int, sigma: float) -> Array:
    return np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)


def _ones(track: Array) -> Array:
    return np.ones((len(track), *[1] * (track.ndim - 1)))


def _zero_padded(track: Array, radius: int) -> Array:
    return np.pad(np.asarray(track, np.float64), ((radius, radius), *[(0, 0)] * (track.ndim - 1)))


def _correlate(track: Array, kernel: Array) -> Array:
    """Weighted sums over a moving window, (T + K - 1, ...), (K,) -> (T, ...), as products with a banded matrix."""
    count, reach = len(track) - len(kernel) + 1, len(kernel) - 1
    flat = np.zeros((-(-count // _BLOCK) * _BLOCK + reach, int(np.prod(track.shape[1:], dtype=int))), track.dtype)
    flat[: len(track)] = track.reshape(len(track), -1)
    across, along = flat.strides
    shape = ((len(flat) - reach) // _BLOCK, _BLOCK + reach, flat.shape[1])
    blocks = as_strided(flat, shape, (_BLOCK * across, across, along), writeable=False)
    band = np.zeros((_BLOCK, _BLOCK + reach), track.dtype)
    for row in range(_BLOCK):
        band[row, row : row + len(kernel)] = kernel
    return np.asarray((band @ blocks).reshape(-1, *track.shape[1:])[:count])
