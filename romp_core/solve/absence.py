"""Parts of a person that are not seen for a while: what was last known of them, and how it fades away."""

from __future__ import annotations

import numpy as np

from ..take.resample import frame_interval
from ..typing import Array

_FLICKER_S = 0.1


def runs(mask: Array) -> list[tuple[int, int]]:
    """Start and stop of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def held_in_gaps(values: Array, known: Array, times: Array, bridged_s: float) -> tuple[Array, Array]:
    """Values (m, ...), in long gaps those at the nearer end of the gap; and seconds (m,) away from that end, else 0.

    Args:
        known: (m,) bool; where there is none, nothing is held and everything is infinitely far away.
        times: (m,) seconds. bridged_s: gaps that are no longer than this stay as they are.
    """
    if not known.any():
        return values, np.full(len(values), np.inf)
    held, away = values.copy(), np.zeros(len(values))
    interval = frame_interval(times)
    for start, stop in runs(~known):
        inside = start > 0 and stop < len(known)
        if inside and times[stop] - times[start - 1] - interval <= bridged_s + 1e-6:
            continue
        for row in range(start, stop):
            ends = [end for end in (start - 1, stop) if 0 <= end < len(known)]
            end = min(ends, key=lambda each: abs(times[each] - times[row]))
            held[row], away[row] = values[end], abs(times[end] - times[row])
    return held, away


def rest_share(away: Array, over: float) -> Array:
    """1 where something is known, falling smoothly to 0 over so many seconds."""
    left = np.clip(1 - away / over, 0, 1)
    return np.asarray(left * left * (3 - 2 * left))


def ramp(values: Array, ends: tuple[float, float]) -> Array:
    """0 up to the first end, 1 from the second one on."""
    return np.asarray(np.clip((values - ends[0]) / (ends[1] - ends[0]), 0, 1))


def without_flickers(weight: Array, interval: float) -> Array:
    """The weights (T,) without runs that are shorter than the gaps around them, and than a tenth of a second."""
    weight = weight.copy()
    spans = runs(weight > 0)
    shortest = _FLICKER_S / interval
    for index, (start, stop) in enumerate(spans):
        before = start - (spans[index - 1][1] if index else 0)
        after = (spans[index + 1][0] if index + 1 < len(spans) else len(weight)) - stop
        if stop - start < shortest and min(before, after) > shortest:
            weight[start:stop] = 0
    return weight
