"""The face at rest, from which expressions are measured."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from .face_model import FaceModel
from .unit_fit import UnitFit

_SHARE = 0.1
"""Of the frames, in the closest group; at least `_LEAST`."""
_LEAST = 5


def resting_face(points: Array, model: FaceModel) -> Array:
    """The person's face at rest (478, 3): what it looks like most of the time.

    Faces return to rest between expressions, and no two expressions are alike, so that the densest place in the space
    of expressions is the face at rest: it is the middle of the closest group of frames.

    Args:
        points: (T, 478, 3) of faces seen from the front, without the head's motion; at least one.
    """
    fit = UnitFit(model, np.median(points, axis=0))
    expressions = fit.unbounded(fit.evidence(points))
    apart = np.linalg.norm(expressions[:, None] - expressions, axis=-1)
    count = min(len(points), max(_LEAST, round(_SHARE * len(points))))
    closest = np.argsort(apart, axis=1, kind="stable")[:, :count]
    spread = np.take_along_axis(apart, closest, axis=1).mean(axis=1)
    return np.asarray(np.median(points[closest[spread.argmin()]], axis=0))
