"""Single frames in which a body model turns a person or a limb around: drawn to what their neighbors in time say."""

from __future__ import annotations

import numpy as np

from ..geometry.rotations import angle_between, slerp
from ..typing import Array

_GLITCH = np.radians(30.0)
"""Turn away from the neighbors in time at which an estimated rotation is half trusted."""
_REACH = 2
"""Neighbors on either side."""
_CHUNK = 512
"""Samples worked on at a time, so that memory does not grow with the take."""


def without_glitches(rotations: Array) -> Array:
    """Rotations (T, J, 4) drawn to the medoid of their neighbors in time where they leap away from it and back.

    In steady motion the medoid is the middle rotation itself, which is thus left as it is (Hampel 1974, for SO(3)).
    """
    count = len(rotations)
    pieces = []
    for start in range(0, count, _CHUNK):
        at = np.arange(start, min(start + _CHUNK, count))
        near = rotations[np.clip(at[:, None] + np.arange(-_REACH, _REACH + 1), 0, count - 1)]  # (n, 5, J, 4)
        alike = np.abs(np.einsum("tajq,tbjq->tabj", near, near)).clip(0, 1)
        medoid = np.arccos(alike).sum(axis=2).argmin(axis=1)  # (n, J)
        medoid = np.take_along_axis(near, medoid[:, None, :, None], axis=1)[:, 0]
        away = angle_between(medoid, rotations[at])
        pieces.append(slerp(medoid, rotations[at], 1 / (1 + (away / _GLITCH) ** 4)))
    return np.concatenate(pieces)
