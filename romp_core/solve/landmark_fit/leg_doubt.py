"""Which lower legs a landmark model invented: it always draws two, also behind a table, and often believes in them.

Invented legs are of low visibility, and they tremble. The odds are a logistic regression over rendered people behind
furniture and each other (`benchmarks/twins.py`), whose ankles were more than a tenth of their height off.
"""

from __future__ import annotations

import numpy as np

from ...typing import Array
from ..filters import gaussian
from .markers import (
    LEFT_ANKLE,
    LEFT_HEEL,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_TOE,
    RIGHT_HIP,
    RIGHT_SHOULDER,
)

_ODDS, _PER_VISIBILITY, _PER_TREMBLE = 3.4, -3.0, 1.2
"""Log-odds of an invented leg: at no visibility and a tremble of 1; their change with visibility and with the logarithm
of the tremble."""
_CLEAR, _UNCLEAR = 0.99, 0.1
"""Visibility from which a leg is never doubted, as fast legs tremble, too; below it doubt grows over this much."""
_STEADY = 0.002
"""Second differences of an ankle's track at 30 frames a second, in body heights, below which it does not tremble."""
_TRUNKS = 3.2
"""Body height in lengths of the trunk, from hips to shoulders."""
_OVER = 2.0
"""Frames over which the tremble counts, standard deviation."""
_TRUNK = ((LEFT_SHOULDER, RIGHT_SHOULDER), (LEFT_HIP, RIGHT_HIP))
_FOOT = (LEFT_ANKLE, LEFT_HEEL, LEFT_TOE)


def leg_doubt(pixels: Array, visibility: Array, interval: float) -> Array:
    """Probability (T, 2) that the left and right lower leg are invented.

    Args:
        pixels: (T, K, 2) landmarks at even times; visibility: (T, K); interval: seconds between them.
    """
    height = body_height(pixels)
    doubt, unclear = np.empty((len(pixels), 2)), np.empty((len(pixels), 2))
    for side in (0, 1):
        seen = visibility[:, [landmark + side for landmark in _FOOT]].mean(axis=1)
        unclear[:, side] = np.clip((_CLEAR - seen) / _UNCLEAR, 0, 1)
        doubt[:, side] = _ODDS + _PER_VISIBILITY * seen
        if len(pixels) > 2:
            bend = np.linalg.norm(np.diff(pixels[:, LEFT_ANKLE + side], n=2, axis=0), axis=1)
            tremble = gaussian(np.pad(bend, 1, mode="edge"), _OVER) / height / max(interval * 30, 1.0) ** 2
            doubt[:, side] += _PER_TREMBLE * np.log(np.maximum(tremble, 0) + _STEADY)
    return np.asarray(unclear / (1 + np.exp(-doubt)))


def body_height(pixels: Array) -> float:
    """Height of a person in the image, pixels, by the trunk in landmarks (T, K, 2)."""
    shoulders, hips = (pixels[:, [left, right]].mean(axis=1) for left, right in _TRUNK)
    return _TRUNKS * max(float(np.quantile(np.linalg.norm(shoulders - hips, axis=1), 0.75)), 1.0)
