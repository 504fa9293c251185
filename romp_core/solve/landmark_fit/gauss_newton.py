"""The landmark fit: one robust least-squares problem over all frames of a window, by Gauss-Newton.

Terms: landmarks in the picture, 3D directions between landmarks, joint ranges, and accelerations, which couple the
frames. What the picture shows sharply stays sharp; what it does not (depth, twist) is carried by the motion around.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import normalize, rotvec_from_matrix
from ...typing import Array
from .banded import solve_frames
from .kinematic_chain import N_GROUPS, N_PARAMETERS, N_TURNS, Chain, advance
from .markers import BONES, USED, WEIGHT
from .priors import HINGE_SOFTNESS, HINGES, RANGE, REST, ROOT_ACCELERATION, TURN_ACCELERATION

_SIGMA_PIXEL = 0.014
"""Landmark noise in the picture, in lengths from ankles to head."""
_SIGMA_DIRECTION = np.array([0.56, 0.56, 0.35])
"""Noise of 3D directions along the camera's axes; the picture says more about x and y."""
_CAUCHY_PIXEL, _CAUCHY_DIRECTION, _CAUCHY_FOOTHOLD, _CAUCHY_ACCELERATION = (3.0, 2.0, 3.0, 3.0)
_SIGMA_FOOTHOLD = 0.02
"""Meters by which a standing foot may miss its foothold."""
_SEEN = len(USED)
_TRUST_EXPONENT = 1.5
"""Landmarks of visibility 0.5 are about twice as noisy as clear ones, of 0.1 three to four times."""
_NEAREST_M = 0.2
"""Nobody is nearer to the camera than this, or behind it."""
_LARGEST_TURN = 0.6
_DAMPING = 1e-3
_CHUNK = 64
"""Frames whose normal equations are built at a time; small enough to stay in the cache."""


@dataclass(frozen=True)
class Evidence:
    """What was seen of one person in T uniform samples.

    Attributes:
        pixels: (T, len(USED), 2); trust: (T, len(USED)) weights, 0 where nothing was seen.
        directions: (T, len(BONES), 3) unit vectors in camera axes.
        optics: the camera; interval: seconds between samples.
        footholds: (T, 2, 3) where the balls of standing feet are in camera space, NaN where they do not stand;
            None before the contacts are known.
    """

    pixels: Array
    trust: Array
    directions: Array
    optics: Pinhole
    interval: float
    footholds: Array | None = None


def refine(
    chain: Chain, evidence: Evidence, turns: Array, root: Array, strength: float, freedom: float = 1.0
) -> tuple[Array, Array]:
    """Refine a pose by one Gauss-Newton step.

    Args:
        turns: (T, G, 3, 3) group rotations; root: (T, 3) camera space. Not modified.
        strength: of the smoothing; 0 solves every frame by itself.
        freedom: factor on the joint ranges; below 1 draws the pose to rest, out of wrong valleys.

    Returns:
        the refined rotations and root.
    """
    blocks, right = normal_equations(chain, evidence, turns, root)
    _range_terms(turns, freedom, blocks, right)
    first, second = _accelerations(turns, root, evidence.interval, strength, blocks, right)
    diagonal = np.einsum("tii->ti", blocks)
    diagonal += _DAMPING * diagonal + 1e-6
    step = solve_frames(blocks, right, first, second)
    turn = step[:, :N_TURNS].reshape(-1, N_GROUPS, 3)
    size = np.linalg.norm(turn, axis=-1, keepdims=True)
    turns = advance(turns, turn * np.minimum(1, _LARGEST_TURN / np.maximum(size, 1e-9)))
    root = root + step[:, N_TURNS:]
    root[:, 2] = np.maximum(root[:, 2], _NEAREST_M)
    return turns, root


def normal_equations(chain: Chain, evidence: Evidence, turns: Array, root: Array) -> tuple[Array, Array]:
    """Per-frame blocks (T, n, n) and right-hand sides (T, n) of the terms that compare with what was seen."""
    count = len(turns)
    blocks = np.empty((count, N_PARAMETERS, N_PARAMETERS))
    right = np.empty((count, N_PARAMETERS))
    for start in range(0, count, _CHUNK):
        part = slice(start, min(start + _CHUNK, count))
        pose = chain.pose(turns[part], root[part])
        jacobian = pose.jacobian()
        seen, missed = _picture_terms(evidence, part, chain.size, pose.markers, jacobian)
        aimed, off = _direction_terms(evidence, part, pose.markers, jacobian)
        stood, slipped = _foothold_terms(evidence, part, pose.markers, jacobian)
        jac = np.concatenate([seen, aimed, stood], axis=1)
        res = np.concatenate([missed, off, slipped], axis=1)
        blocks[part] = jac.transpose(0, 2, 1) @ jac
        right[part] = (jac.transpose(0, 2, 1) @ res[..., None])[..., 0]
    return blocks, right


def _cauchy(residuals: Array, scale: float) -> Array:
    """Square roots of robust weights for vector residuals (..., d) -> (..., 1)."""
    return 1 / np.sqrt(1 + (residuals**2).sum(axis=-1, keepdims=True) / scale**2)


def _picture_terms(
    evidence: Evidence, part: slice, size: float, markers: Array, jacobian: Array
) -> tuple[Array, Array]:
    optics = evidence.optics
    markers, jacobian = markers[:, :_SEEN], jacobian[:, :, :_SEEN]
    depth = np.maximum(markers[..., 2:], 0.05)
    slope = markers[..., :2] / depth
    unit = optics.focal_px * size / np.maximum(markers[..., 2].mean(axis=1), 0.05) * _SIGMA_PIXEL
    scale = 1 / unit[:, None, None]
    residual = (evidence.pixels[part] - optics.center_px - optics.focal_px * slope) * scale
    weight = _cauchy(residual, _CAUCHY_PIXEL) * np.sqrt(evidence.trust[part])[..., None]
    factor = (weight * scale * optics.focal_px / depth).astype(np.float32)
    slope = slope.astype(np.float32)
    rows = [(jacobian[:, axis] - slope[..., axis, None] * jacobian[:, 2]) * factor for axis in (0, 1)]
    residual = (residual * weight).astype(np.float32)
    return np.concatenate(rows, axis=1), np.concatenate([residual[..., 0], residual[..., 1]], axis=1)


def _direction_terms(evidence: Evidence, part: slice, markers: Array, jacobian: Array) -> tuple[Array, Array]:
    start, end = BONES.T
    bones = markers[:, end] - markers[:, start]
    length = np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-6)
    residual = (evidence.directions[part] - bones / length) / _SIGMA_DIRECTION
    trust = np.minimum(evidence.trust[part][:, start], evidence.trust[part][:, end])
    weight = _cauchy(residual, _CAUCHY_DIRECTION) * np.sqrt(trust)[..., None]
    factor = (weight / length / _SIGMA_DIRECTION).astype(np.float32)
    rows = [(jacobian[:, axis, end] - jacobian[:, axis, start]) * factor[..., axis, None] for axis in range(3)]
    residual = np.moveaxis(residual * weight, -1, 1).reshape(len(bones), -1)
    return np.concatenate(rows, axis=1), residual.astype(np.float32)


def _foothold_terms(evidence: Evidence, part: slice, markers: Array, jacobian: Array) -> tuple[Array, Array]:
    if evidence.footholds is None:
        return jacobian[:, 0, :0], np.zeros((len(jacobian), 0), np.float32)
    held = evidence.footholds[part]
    residual = np.where(np.isnan(held), 0.0, held - markers[:, _SEEN:]) / _SIGMA_FOOTHOLD  # (T, 2, 3)
    weight = np.where(np.isnan(held), 0.0, _cauchy(residual, _CAUCHY_FOOTHOLD))
    factor = (weight / _SIGMA_FOOTHOLD).astype(np.float32)
    rows = jacobian[:, :, _SEEN:].swapaxes(1, 2) * factor[..., None]
    return rows.reshape(len(rows), -1, N_PARAMETERS), (residual * weight).reshape(len(rows), -1).astype(np.float32)


def _range_terms(turns: Array, freedom: float, blocks: Array, right: Array) -> None:
    vectors = rotvec_from_matrix(turns)
    weight = np.broadcast_to(1 / (freedom * RANGE) ** 2, vectors.shape).copy()
    pull = weight * (REST - vectors)
    for group, axis, least, most in HINGES:
        angle = vectors[:, group, axis]
        excess = np.clip(angle, np.radians(least), np.radians(most)) - angle
        stiffness = (excess != 0) / HINGE_SOFTNESS**2
        weight[:, group, axis] += stiffness
        pull[:, group, axis] += stiffness * excess
    index = np.arange(N_TURNS)
    blocks[:, index, index] += weight.reshape(-1, N_TURNS)
    right[:, :N_TURNS] += pull.reshape(-1, N_TURNS)


def _accelerations(
    turns: Array, root: Array, interval: float, strength: float, blocks: Array, right: Array
) -> tuple[Array, Array]:
    """Add the acceleration terms to blocks and right-hand side; return the couplings to the next two frames."""
    count = len(turns)
    first, second = (np.zeros((max(count - 1, 0), N_PARAMETERS)), np.zeros((max(count - 2, 0), N_PARAMETERS)))
    if count < 3 or strength <= 0:
        return first, second
    rate = np.sqrt(interval * 30) * strength**2 / interval**2  # white acceleration: its deviation grows with the rate
    velocity = rotvec_from_matrix(turns[1:] @ np.swapaxes(turns[:-1], -1, -2))
    turning = (velocity[1:] - velocity[:-1]) * (rate / TURN_ACCELERATION)[:, None]
    moving = (root[2:] - 2 * root[1:-1] + root[:-2]) * (rate / ROOT_ACCELERATION)
    scale = np.concatenate([np.repeat(rate / TURN_ACCELERATION, 3), rate / ROOT_ACCELERATION])
    calm = _cauchy(np.concatenate([turning, moving[:, None]], axis=1), _CAUCHY_ACCELERATION)[..., 0]  # (T-2, G+1)
    weight = np.repeat(calm, 3, axis=1) ** 2 * scale**2
    bend = np.concatenate([turning.reshape(count - 2, -1), moving], axis=1) / scale
    index = np.arange(N_PARAMETERS)
    for offset, factor in ((0, 1.0), (1, -2.0), (2, 1.0)):
        rows = slice(offset, offset + count - 2)
        blocks[rows, index, index] += factor**2 * weight
        right[rows] -= factor * weight * bend
    first[:-1] += -2 * weight
    first[1:] += -2 * weight
    second += weight
    return first, second


def bone_directions(world: Array) -> Array:
    """Unit vectors (T, len(BONES), 3) between used landmarks (T, len(USED), 3)."""
    return normalize(world[:, BONES[:, 1]] - world[:, BONES[:, 0]])


def landmark_trust(visibility: Array) -> Array:
    """Weights (T, len(USED)) from visibilities."""
    return np.clip(visibility, 0.02, 1) ** _TRUST_EXPONENT * WEIGHT
