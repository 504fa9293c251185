"""One Gauss-Newton step of the landmark fit: a robust least-squares problem over all samples of a window at once.

What the image shows sharply stays sharp; what it does not (depth, twist) is carried by the priors: the range of each
joint, and its acceleration, which couples the samples.
"""

from __future__ import annotations

import numpy as np

from ...typing import Array
from .banded import solve_coupled
from .kinematic_chain import N_GROUPS, N_PARAMETERS, N_TURNS, Chain, advance
from .priors import (
    CAUCHY_RANGE,
    DAMPING,
    HINGE_AXES,
    HINGE_LIMITS,
    HINGE_SOFTNESS,
    RANGE,
    REST,
    ROOT_ACCELERATION,
    TURN_ACCELERATION,
)
from .residuals import Measurements, cauchy, linearize

_CAUCHY_ACCELERATION = 3.0
_LEAST_WEIGHT = 0.03
"""Of accelerations: what is stopped short is believed, what leaps away and back is not."""
_NEAREST_M = 0.2
"""Nobody is nearer to the camera than this, or behind it."""
_LARGEST_TURN = 0.6
_CHUNK = 48
"""Frames whose normal equations are built at a time; small enough to stay in the cache."""


def refine(
    chain: Chain,
    measured: Measurements,
    turns: Array,
    root: Array,
    strength: float,
    looseness: float = 1.0,
    stiffness: Array | float = 0.0,
) -> tuple[Array, Array]:
    """Refine a pose by one Gauss-Newton step.

    Args:
        turns: (T, G, 3, 3) group rotations; root: (T, 3) camera space. Not modified.
        strength: of the motion prior; 0 solves every sample by itself.
        looseness: factor on the joint ranges; below 1 draws the pose to rest, away from local minima.
        stiffness: (N_PARAMETERS,) weights that hold each parameter where it is.

    Returns:
        the refined rotations and root.
    """
    blocks, right = normal_equations(chain, measured, turns, root)
    diagonal = np.einsum("tii->ti", blocks)
    diagonal += 1e-6 + stiffness
    _add_ranges(turns, looseness, diagonal, right)
    if strength > 0 and len(turns) > 2:
        diagonal += strength**4 * DAMPING
        scale = _acceleration_scale(measured) * strength**2
        step = solve_coupled(blocks, right, *_add_accelerations(turns, root, scale, diagonal, right))
    else:
        step = np.linalg.solve(blocks, right[..., None])[..., 0]
    turn = step[:, :N_TURNS].reshape(-1, N_GROUPS, 3)
    size = np.sqrt((turn**2).sum(axis=-1, keepdims=True))
    turns = advance(turns, turn * np.minimum(1, _LARGEST_TURN / np.maximum(size, 1e-9)))
    root = root + step[:, N_TURNS:]
    root[:, 2] = np.maximum(root[:, 2], _NEAREST_M)
    return turns, root


def normal_equations(chain: Chain, measured: Measurements, turns: Array, root: Array) -> tuple[Array, Array]:
    """Per-sample blocks (T, n, n) and right-hand sides (T, n) of the terms that compare with what was measured."""
    count = len(turns)
    blocks = np.empty((count, N_PARAMETERS, N_PARAMETERS), np.float32)
    right = np.empty((count, N_PARAMETERS), np.float32)
    turns, root = turns.astype(np.float32), root.astype(np.float32)
    for start in range(0, count, _CHUNK):
        part = slice(start, min(start + _CHUNK, count))
        jacobian, residuals = linearize(chain, measured, part, turns[part], root[part])
        transposed = jacobian.transpose(0, 2, 1)
        np.matmul(transposed, jacobian, out=blocks[part])
        right[part] = (transposed @ residuals[..., None])[..., 0]
    return blocks, right


def logarithm(turns: Array) -> Array:
    """Rotation vectors of matrices (..., 3, 3), quick, and good up to some degrees below half a turn."""
    twice = np.stack(
        [
            turns[..., 2, 1] - turns[..., 1, 2],
            turns[..., 0, 2] - turns[..., 2, 0],
            turns[..., 1, 0] - turns[..., 0, 1],
        ],
        axis=-1,
    )
    sine = np.maximum(np.sqrt((twice**2).sum(axis=-1)), 1e-6)  # twice as well
    cosine = turns[..., 0, 0] + turns[..., 1, 1] + turns[..., 2, 2] - 1
    return twice * (np.arctan2(sine, cosine) / sine)[..., None]


def _add_ranges(turns: Array, looseness: float, diagonal: Array, right: Array) -> None:
    vectors = logarithm(turns)
    away = REST - vectors
    weight = (cauchy((away / RANGE) ** 2, CAUCHY_RANGE) / (looseness * RANGE)) ** 2
    pull = weight * away
    angle = vectors[:, *HINGE_AXES]
    excess = np.clip(angle, *HINGE_LIMITS) - angle
    stiffness = (excess != 0) / HINGE_SOFTNESS**2
    weight[:, *HINGE_AXES] += stiffness
    pull[:, *HINGE_AXES] += stiffness * excess
    diagonal[:, :N_TURNS] += weight.reshape(-1, N_TURNS)
    right[:, :N_TURNS] += pull.reshape(-1, N_TURNS)


def _acceleration_scale(measured: Measurements) -> Array:
    """(N_PARAMETERS,) inverse deviations of the second differences of the parameters."""
    # White acceleration: its deviation grows with the rate of the frames, whose noise a sample has the share of.
    frames = measured.interval * measured.density
    rate = np.sqrt(frames * 30) / measured.interval**2
    return rate / np.concatenate([np.repeat(TURN_ACCELERATION, 3), ROOT_ACCELERATION])


def _add_accelerations(turns: Array, root: Array, scale: Array, diagonal: Array, right: Array) -> tuple[Array, Array]:
    """Add the acceleration terms to the blocks' diagonals and the right-hand side.

    Returns:
        the couplings of each sample to the next (T-1, n) and to the second next (T-2, n).
    """
    count = len(turns)
    velocity = logarithm(turns[1:] @ np.swapaxes(turns[:-1], -1, -2)).reshape(count - 1, -1)
    velocity = np.concatenate([velocity, root[1:] - root[:-1]], axis=1)
    bend = velocity[1:] - velocity[:-1]
    squares = ((bend * scale) ** 2).reshape(count - 2, -1, 3).sum(axis=-1)
    weight = np.maximum(cauchy(squares, _CAUCHY_ACCELERATION) ** 2, _LEAST_WEIGHT)
    weight = np.repeat(weight, 3, axis=1) * scale**2
    for offset, factor in ((0, 1.0), (1, -2.0), (2, 1.0)):
        rows = slice(offset, offset + count - 2)
        diagonal[rows] += factor**2 * weight
        right[rows] -= factor * weight * bend
    first = np.zeros((count - 1, N_PARAMETERS), np.float32)
    first[:-1] -= 2 * weight
    first[1:] -= 2 * weight
    return first, weight.astype(np.float32)
