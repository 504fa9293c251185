"""Turning limbs of the source mesh into the rest pose."""

from __future__ import annotations

import numpy as np

from ..geometry.rotations import normalize


def rotation_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Smallest rotation that turns direction `a` into `b`, as a quaternion wxyz (not for opposite directions)."""
    a, b = normalize(a), normalize(b)
    return normalize(np.concatenate([[1.0 + a @ b], np.cross(a, b)]))
