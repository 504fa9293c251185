"""Coefficients of the face units from the points of a face: bounded least squares, all frames at once.

What is left of the head's motion is fitted along; errors that all points make together are expected with the strength
that was measured. Both are taken out of the equations once, so that a frame costs a few hundred operations.
"""

from __future__ import annotations

import numpy as np

from ...typing import Array
from .face_model import N_MESH, FaceModel

_PRIOR = 0.7
"""Standard deviation of a coefficient that is not at rest, before anything is seen."""
_AT_REST = 0.3
"""Units are at rest mostly (an exponential prior): what is below so many standard deviations of noise, is rest."""
_TOGETHER = 30.0
"""Points that err alike: neighbors do not tell the same thing twice."""
_YOKED = 0.15
"""Standard deviation of the difference between what both eyes look, which are turned by one command (Hering)."""
_PAIRS = (
    ("eyeLookInLeft", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookInRight"),
    ("eyeLookUpLeft", "eyeLookDownLeft", "eyeLookUpRight", "eyeLookDownRight"),
)
"""Looks of both eyes: first less second is third less fourth."""
_HIGHEST = 1.1
_MOST_GAIN = 2.5
"""What the prior took from a coefficient is given back up to this factor; beyond it, that would be noise."""
_SWEEPS, _TOLERANCE = 60, 1e-3
_USUAL_TREMBLE = 0.25
"""Share of the model's errors that changes from frame to frame, where images are as good as its own."""
_MEDIAN_OF_SECOND_DIFFERENCES = 0.6745 * 6**0.5
"""Median of absolute second differences of white noise of deviation 1."""
_FEW = 10


class UnitFit:
    """The fit for one person.

    Args:
        neutral: (478, 3) the person's face at rest, as `FaceModel.points`.
    """

    def __init__(self, model: FaceModel, neutral: Array) -> None:
        weight = 1 / model.noise
        weight[N_MESH:, 2] = 0
        units, modes = ((each * weight).reshape(len(each), -1).T for each in (model.units, model.modes))
        rigid = np.linalg.qr((rigid_motions(neutral) * weight).reshape(7, -1).T)[0]
        units, modes = (each - rigid @ (rigid.T @ each) for each in (units, modes))
        # (1 + modes modes^T)^-1, by the lemma of Woodbury
        inner = np.linalg.inv(np.eye(modes.shape[1]) + modes.T @ modes)
        seen = units - modes @ (inner @ (modes.T @ units))
        self._information = units.T @ seen / _TOGETHER
        self._prior = _prior(model.names)
        self._neutral = neutral
        self._reader = (seen.reshape(-1, 3, len(model.names)) * weight[..., None] / _TOGETHER).reshape(seen.shape)

    def evidence(self, points: Array) -> Array:
        """What faces (T, 478, 3) without the head's motion tell of the units, (T, U): right-hand sides of equations."""
        return np.asarray((points - self._neutral).reshape(len(points), -1) @ self._reader)

    def coefficients(self, evidence: Array, noise: float = 1.0) -> Array:
        """Coefficients (T, U): 0 is at rest, 1 as far as units go.

        Args:
            noise: how many times as large the points' errors are as in the model.
        """
        normal = self._information / noise**2 + self._prior
        threshold = _AT_REST * np.sqrt(np.diag(self._information)) / noise
        return bounded_least_squares(normal, evidence / noise**2 - threshold) * self._gain(noise)

    def unbounded(self, evidence: Array, noise: float = 1.0) -> Array:
        """Coefficients (T, U) that may be negative, and are nowhere at rest."""
        normal = self._information / noise**2 + self._prior
        return np.asarray(np.linalg.solve(normal, evidence.T / noise**2).T * self._gain(noise))

    def noise(self, evidence: Array) -> float:
        """How many times as large the points' errors are as in the model, at least 1, by how frames (T, U) tremble."""
        inverse = np.linalg.inv(self._information + self._prior)
        expected = self._gain(1.0) * np.sqrt(np.einsum("ij,jk,ki->i", inverse, self._information, inverse))
        return max(1.0, float(np.median(tremble(self.unbounded(evidence)) / expected)) / _USUAL_TREMBLE)

    def _gain(self, noise: float) -> Array:
        """(U,): what the prior took, given back."""
        information = self._information / noise**2
        share = np.einsum("ij,ji->i", np.linalg.inv(information + self._prior), information)
        return np.minimum(1 / share, _MOST_GAIN)


def tremble(tracks: Array) -> Array:
    """Standard deviation (U,) of what changes from frame to frame in tracks (T, U), robust against motion."""
    if len(tracks) < _FEW:
        return np.zeros(tracks.shape[1])
    return np.asarray(np.median(np.abs(np.diff(tracks, n=2, axis=0)), axis=0) / _MEDIAN_OF_SECOND_DIFFERENCES)


def bounded_least_squares(normal: Array, right: Array, highest: float = _HIGHEST) -> Array:
    """Minima (T, U) of c N c / 2 - r c within 0..highest, for many right-hand sides (T, U), by coordinate descent.

    Args:
        normal: (U, U) positive definite.
    """
    found = np.clip(np.linalg.solve(normal, right.T).T, 0, highest)
    left = right - found @ normal
    for _ in range(_SWEEPS):
        largest = 0.0
        for unit, row in enumerate(normal):
            better = np.clip(found[:, unit] + left[:, unit] / row[unit], 0, highest)
            step = better - found[:, unit]
            found[:, unit] = better
            left -= step[:, None] * row
            largest = max(largest, float(np.abs(step).max(initial=0.0)))
        if largest < _TOLERANCE:
            break
    return found


def _prior(names: tuple[str, ...]) -> Array:
    """What is known of coefficients (U, U) before anything is seen."""
    prior = np.eye(len(names)) / _PRIOR**2
    for pair in _PAIRS:
        difference = np.zeros(len(names))
        difference[[names.index(name) for name in pair]] = 1, -1, -1, 1
        prior += np.outer(difference, difference) / _YOKED**2
    return prior


def rigid_motions(points: Array) -> Array:
    """Displacements (7, N, 3) of points by small shifts, turns, and growth."""
    around = points - points.mean(axis=0)
    shifts = np.broadcast_to(np.eye(3)[:, None], (3, *points.shape))
    turns = np.cross(np.eye(3)[:, None], around)
    return np.concatenate([shifts, turns, around[None]])
