"""When does a foot stand? Decided by its speed in the picture, where motion is measured well; depth is too noisy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...typing import Array

_STANDING, _SWINGING = 0.12, 1.8
"""Scales (m/s) of the Rayleigh distributions of image-plane speeds: standing, where it is noise, and swinging."""
_CHANGE = 2.0
"""Log-odds that a foot must gain to change from one to the other, so that single noisy frames do not decide."""
_CERTAIN = 8.0
"""Most a single frame may say against standing, log-odds."""
_DOUBT = 0.01
"""Log-odds per frame against standing, so that a foot never seen does not stand."""
_LIFTED = 0.12
"""Height of a sole above the other one, meters, above which it does not stand; depth errors move both alike."""
_AIRBORNE = 0.3
"""The same above the floor."""


def standing(tracks: Sequence[Array], seen: Array, meters_per_px: Array, soles: Array, times: Array) -> Array:
    """Which feet stand in which rows: the likeliest course of a two-state hidden Markov model per foot.

    Args:
        tracks: (m, 2, 2) each, places of the left and right foot in the picture, as fitted, as found; a foot stands
            when one of them does. seen: (m, 2) 0..1, how much the picture tells; meters_per_px: (m,) scale there.
        soles: (m, 2) height of the lowest point of each foot above the floor.
        times: (m,) seconds.

    Returns:
        (m, 2) bool.
    """
    low = (soles < soles.min(axis=1, keepdims=True) + _LIFTED) & (soles < _AIRBORNE)
    if len(times) < 2:
        return low
    # Between rows rather than at them, so that the first and the last row of a stand count as well.
    moved = np.min([np.linalg.norm(np.diff(track, axis=0), axis=-1) for track in tracks], axis=0)
    speed = moved * meters_per_px[1:, None] / np.diff(times)[:, None]
    odds = 2 * np.log(_SWINGING / _STANDING) - speed**2 / 2 * (_STANDING**-2 - _SWINGING**-2)
    odds = np.where(low[1:] & low[:-1], np.maximum(odds, -_CERTAIN), -_CERTAIN)
    odds = odds * np.minimum(seen[1:], seen[:-1]) - _DOUBT
    result = np.zeros(low.shape, bool)
    for foot in (0, 1):
        for start, stop in runs(likeliest_course(odds[:, foot], _CHANGE)):
            result[start : stop + 1, foot] = True
    return result


def likeliest_course(odds: Array, change: float) -> Array:
    """States (n,) that gain most from the log-odds (n,) of true against false, each change paid for (Viterbi)."""
    lead = 0.0  # of the best course that is true now over the best that is false now
    leads = []
    for gain in odds.tolist():
        lead = min(max(lead, -change), change) + gain
        leads.append(lead)
    states = np.empty(len(leads), bool)
    state = lead >= 0
    for index in range(len(leads) - 1, -1, -1):
        # A course stays in its state unless the other one is ahead by more than the cost of the change.
        if index < len(leads) - 1:
            state = leads[index] > -change if state else leads[index] > change
        states[index] = state
    return states


def runs(flags: Array) -> Iterator[tuple[int, int]]:
    """(start, stop) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
