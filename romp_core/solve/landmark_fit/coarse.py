"""A coarse grid in time: what the motion prior carries is slow, so most iterations can do without every frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...geometry.rotations import make_continuous, matrix_from_quat, normalize, quat_from_matrix
from ...typing import Array
from ..filters import gaussian, local_quadratic
from .markers import BONES
from .residuals import Measurements

_WIDTH = 0.5
"""Standard deviation of the smoothing, in samples of the coarse grid."""


def coarse_rows(count: int, interval: float, spacing: float) -> Array:
    """Evenly spaced rows of `count` samples, about `spacing` seconds apart; all rows where that would leave too few."""
    stride = max(round(spacing / interval), 1)
    if (count - 1) // stride < 3:
        stride = 1
    return np.arange((count - 1) % stride // 2, count, stride)


def thin(measured: Measurements, rows: Array) -> Measurements:
    """The measurements at these rows, each smoothed over the samples around it; local parabolas keep the peaks."""
    if len(rows) == len(measured.trust):
        return measured
    stride = int(rows[1] - rows[0])
    trust = measured.trust[..., None]
    toward = measured.trust_in_directions[..., None]
    bones = np.minimum(toward[:, BONES[:, 0]], toward[:, BONES[:, 1]])
    pixels = local_quadratic(measured.pixels, stride * _WIDTH, trust)
    directions = local_quadratic(measured.directions, stride * _WIDTH, bones)
    return replace(
        measured,
        pixels=pixels[rows],
        trust=_thinned(measured.trust, stride, rows),
        directions=normalize(directions[rows]),
        direction_trust=_thinned(measured.direction_trust, stride, rows),
        interval=measured.interval * stride,
        density=1 / stride,
        footholds=None if measured.footholds is None else measured.footholds[rows],
        depths=None if measured.depths is None else measured.depths[rows],
        floor=None if measured.floor is None else measured.floor.rows(rows),
    )


def _thinned(trust: Array | None, stride: int, rows: Array) -> Any:
    """Trust at rows, each smoothed over the samples around it."""
    return None if trust is None else gaussian(trust, stride * _WIDTH)[rows].clip(0)


def between(values: Array, rows: Array, count: int) -> Array:
    """Values (n, ...) at even rows of `count` samples at all of them (Catmull & Rom 1974)."""
    if len(rows) == count:
        return values
    times = (np.arange(count) - rows[0]) / (rows[1] - rows[0])
    before = np.clip(times.astype(np.intp), 0, len(rows) - 2)
    u = (times - before).reshape(-1, *[1] * (values.ndim - 1))
    padded = np.concatenate([2 * values[:1] - values[1:2], values, 2 * values[-1:] - values[-2:-1]])
    p0, p1, p2, p3 = (padded[before + offset] for offset in range(4))
    return np.asarray(p1 + u / 2 * (p2 - p0 + u * (2 * p0 - 5 * p1 + 4 * p2 - p3 + u * (3 * (p1 - p2) + p3 - p0))))


def turns_between(turns: Array, rows: Array, count: int) -> Array:
    """The same for rotations (n, G, 3, 3)."""
    if len(rows) == count:
        return turns
    return matrix_from_quat(normalize(between(make_continuous(quat_from_matrix(turns)), rows, count)))
