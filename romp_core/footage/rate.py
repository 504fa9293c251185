"""The nominal frame rate, from the time stamps of the frames.

What containers say is no proof: a recording of a browser may say 1000 fps, a phone's 120. And the mean halves where
the recording paused. So the rate is that of the parts where frames are dense.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..typing import Array

COMMON_RATES = (
    *(rate * 1000 / 1001 for rate in (24, 30, 60, 120)),
    *(float(rate) for rate in (12, 15, 24, 25, 30, 48, 50, 60, 90, 100, 120, 240)),
)

_DENSE = 1.75
"""Steps up to this many times a usual one are between neighbors; longer ones are holes."""

_ALIKE = 0.15
"""Steps that vary by less than this fraction are those of one clock, however few they are."""

_ROUNDING = 2.0
"""Ticks by which stamps that are only rounded can spread around their even grid."""


def nominal_fps(stamps: Sequence[int] | Array, tick: float, stated: Sequence[float] = ()) -> float:
    """Frames per second where the frames are dense; 0 when there are not two different stamps.

    Args:
        stamps: presentation times in ticks, in any order. tick: its length in seconds; stamps are rounded to it.
        stated: rates that the container states; believed where the stamps agree with them.
    """
    steps = np.diff(np.unique(np.asarray(stamps, dtype=np.int64))).astype(np.float64)
    if not len(steps):
        return 0.0
    # The short steps, if they are all alike: the others are holes, even where these are more. Else the usual ones.
    dense = steps <= _DENSE * np.quantile(steps, 0.25)
    alike = steps[dense].std() <= _ALIKE * steps[dense].mean()
    if not alike:
        dense = steps <= _DENSE * np.median(steps)
    step, spread, length = _even_grid(steps, dense)
    candidates = [(COMMON_RATES, max(spread, 1.0) / length)]
    if spread > step:  # no even grid: the usual step, which rounding may have moved by half a tick
        step = float(np.median(steps[dense]))
        candidates = [(COMMON_RATES, 0.5 / step)]
    elif spread <= _ROUNDING:
        candidates.insert(0, (tuple(stated), 1.0 / length))
    measured = 1 / (step * tick)
    for rates, tolerance in candidates:
        if rate := _near(rates, measured, tolerance):
            return rate
    if spread > _ROUNDING:  # stamps that stray: their usual step may show a rate that their mean hides
        usual = float(np.median(steps[dense]))
        measured = _near(COMMON_RATES, 1 / (usual * tick), 0.5 / usual) or measured
    return measured


def _near(rates: Sequence[float], measured: float, tolerance: float) -> float:
    """The rate nearest to a measured one, if it is off by no more than this fraction; else 0."""
    nearest = min(rates, key=lambda rate: abs(rate / measured - 1), default=0.0)
    return nearest if abs(nearest / measured - 1) <= tolerance else 0.0


def _even_grid(steps: Array, dense: Array) -> tuple[float, float, float]:
    """The mean dense step, how far stamps spread around a grid of it, and the longest run of dense steps, in ticks.

    The spread is that within a run of dense steps, so holes do not matter.
    """
    step = float(steps[dense].mean())
    edges = np.flatnonzero(np.diff(np.concatenate([[False], dense, [False]]).astype(np.int8)))
    spread = length = 0.0
    for start, end in edges.reshape(-1, 2):
        drift = np.concatenate([[0.0], np.cumsum(steps[start:end] - step)])
        spread = max(spread, float(np.ptp(drift)))
        length = max(length, float(steps[start:end].sum()))
    return step, spread, length
