"""The likeliest build: what people of a height usually look like, corrected by the lengths that the image shows."""

from __future__ import annotations

import numpy as np

from ...bodies.build import AGE, GENDER, HEIGHT, PROPORTIONS, SLIDERS, WEIGHT, built_skeleton
from ...typing import Array
from ..heights import USUAL_HEIGHT
from .segment_lengths import Lengths, expected_lengths

_CHILD_M, _GROWN_M = 1.15, 1.50
"""People of less than the one height are children, of more than the other are adults."""
_STEEPNESS, _TALLEST = 4.0, 0.8
"""Value of the height slider per unit of the logarithm of an adult's height over the usual one, and its largest: the
tall have long legs even for their height."""
_DEVIATION = np.zeros(len(SLIDERS))
_DEVIATION[[GENDER, AGE, HEIGHT, WEIGHT, PROPORTIONS]] = 0.6, 0.15, 0.3, 1e-3, 0.3
"""Standard deviation of each slider among people of one height. Bones do not show the weight."""
_LARGEST = 1.0
_SCALE = 0.03
"""Standard deviation of the logarithm of the size in which a fit with other proportions sees a person."""
_OUTLIER, _ROUNDS, _STEP = 2.0, 6, 0.05


def usual_build(height_m: float) -> Array:
    """The build (S,) that people of a height have on average."""
    child = float(np.clip((_GROWN_M - height_m) / (_GROWN_M - _CHILD_M), 0, 1))
    build = np.zeros(len(SLIDERS))
    build[AGE] = child
    tall = _STEEPNESS * np.log(height_m / USUAL_HEIGHT)
    build[HEIGHT] = np.clip(tall, -_TALLEST, _TALLEST) * (1 - child)
    return build


def likeliest_build(lengths: Lengths, height_m: float, stature_m: float) -> Array:
    """The build (S,) by robust least squares (Cauchy), with the usual build of the height as prior.

    Args:
        lengths: as measured in a world in which the person has the `stature_m`. height_m: the person's own height.
    """
    usual = usual_build(height_m)
    values = np.append(usual, 0.0)  # and the logarithm of the scale
    precision = 1 / np.append(_DEVIATION, _SCALE) ** 2
    shows = 1 / lengths.errors
    for _ in range(_ROUNDS):
        expected = _expected(values, stature_m)
        slopes = np.stack(
            [(_expected(values + step, stature_m) - expected) / _STEP for step in _STEP * np.eye(len(values))], axis=1
        )
        away = np.where(np.isfinite(lengths.errors), lengths.logs - expected, 0.0) * shows
        weight = 1 / (1 + (away / _OUTLIER) ** 2)
        rows = slopes * shows[:, None]
        normal = rows.T @ (rows * weight[:, None]) + np.diag(precision)
        values = values + np.linalg.solve(normal, rows.T @ (away * weight) - precision * (values - np.append(usual, 0)))
        values[:-1] = np.clip(values[:-1], -_LARGEST, _LARGEST)
        values[AGE] = max(values[AGE], 0.0)
    return np.asarray(values[:-1])


def _expected(values: Array, stature_m: float) -> Array:
    return expected_lengths(built_skeleton(values[:-1], stature_m)) + values[-1]
