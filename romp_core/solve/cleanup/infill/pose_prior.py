"""Which poses a person takes: hidden joints from visible ones, frame by frame.

Probabilistic PCA (Tipping & Bishop 1999) of the clip's own frames, and its Gaussian conditional. The error is measured
on blocks of frames that were left out.
"""

from __future__ import annotations

import numpy as np

from ....geometry.skeleton import N_JOINTS
from ....typing import Array
from .gaps import REACH, Estimate, Gap, columns_of
from .track import Track

_FOLDS = 4
_EXPLAINED = 0.95
_MOST_DIRECTIONS = 12
_FEWEST_FRAMES = 24
_MOST_FRAMES = 3000
_COMPLETE = 0.85
"""Share of the joints that a frame must show to be learned from."""


def conditional(track: Track, gap: Gap, others: Array, trusted: Array) -> Estimate | None:
    """The gap as the joints that are seen meanwhile suggest, drawn to its ends; None where too little is seen.

    Args:
        others: joints that are seen in the gap; trusted: (T, n) bool, seen, or filled with confidence.
    """
    joints = [joint for joint in gap.joints if joint < N_JOINTS]
    others = np.array([joint for joint in others if joint < N_JOINTS], int)
    if len(joints) < len(gap.joints) or not len(others) or gap.start < 1 or gap.stop >= len(track.values):
        return None
    complete = np.flatnonzero(trusted[:, :N_JOINTS].mean(axis=1) > _COMPLETE)
    complete = complete[:: max(1, -(-len(complete) // _MOST_FRAMES))]
    if len(complete) < _FEWEST_FRAMES:
        return None
    hidden, seen = gap.columns, columns_of(others)
    values = track.values
    residual = np.full((len(values), len(hidden)), np.nan)
    for left_out in np.array_split(complete, _FOLDS):
        learned = values[np.setdiff1d(complete, left_out)]
        residual[left_out] = values[left_out][:, hidden] - _predict(learned, values[left_out], hidden, seen)
    errors = _drawn_errors(residual, np.asarray(track.seen[:, joints].all(axis=1)), gap.length)
    if errors is None:
        return None
    rows = np.arange(gap.start - 1, gap.stop + 1)
    predicted = _predict(values[complete], values[rows], hidden, seen)
    off = values[rows][[0, -1]][:, hidden] - predicted[[0, -1]]
    predicted[1:-1] += _between(off[0], off[1], gap.length)
    return Estimate(predicted[1:-1], errors.reshape(gap.length, -1, 3).mean(axis=-1))


def _drawn_errors(residual: Array, seen: Array, length: int) -> Array | None:
    """(length, n) mean square errors of predictions drawn to the ends of gaps, over stretches of residuals (T, n)."""
    usable = (np.isfinite(residual[:, 0]) & seen).astype(float)
    if len(usable) < length + 2:
        return None
    starts = np.flatnonzero(np.convolve(usable, np.ones(length + 2), mode="valid") > length + 1.5)
    if len(starts) < 2 * REACH:
        return None
    starts = starts[:: max(1, len(starts) // 400)]
    cut = residual[starts[:, None] + np.arange(length + 2)]
    return np.asarray(((cut[:, 1:-1] - _between(cut[:, 0], cut[:, -1], length)) ** 2).mean(axis=0))


def _between(first: Array, last: Array, length: int) -> Array:
    share = (np.arange(length) + 1)[:, None] / (length + 1)
    return np.asarray(first[..., None, :] * (1 - share) + last[..., None, :] * share)


def _predict(learned: Array, frames: Array, hidden: Array, seen: Array) -> Array:
    """Hidden columns (n, h) of frames (n, D) by their seen ones."""
    mean = learned.mean(axis=0)
    _, singular, directions = np.linalg.svd(learned - mean, full_matrices=False)
    variance = singular**2 / max(len(learned) - 1, 1)
    kept = int(np.searchsorted(np.cumsum(variance) / max(variance.sum(), 1e-12), _EXPLAINED)) + 1
    kept = max(1, min(kept, _MOST_DIRECTIONS, len(learned) // 4))
    noise = max(float(variance[kept:].sum()) / learned.shape[1], 1e-6)
    loading = directions[:kept].T * np.sqrt(variance[:kept])  # (D, k)
    known = loading[seen]
    latent = np.linalg.solve(known.T @ known + noise * np.eye(kept), known.T @ (frames[:, seen] - mean[seen]).T)
    return np.asarray(mean[hidden] + latent.T @ loading[hidden].T)
