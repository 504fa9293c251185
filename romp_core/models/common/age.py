"""How tall people are by the age value of SMPL-A, for when no body file describes children."""

from __future__ import annotations

import numpy as np

from ...typing import Array

ADULT_M, NEWBORN_M = 1.70, 0.75
"""Statures for the age values 0 and 1."""


def stature(age: Array) -> Array:
    """Body height in meters for age values (N,).

    An assumption: linear from an adult of 1.70 m at 0 to a baby of 0.75 m at 1, and constant beyond. What matters is
    that children come out small and near rather than grown-up and far away.
    """
    return np.asarray(ADULT_M + (NEWBORN_M - ADULT_M) * np.clip(age, 0.0, 1.0))
