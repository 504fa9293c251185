"""What the fit compares with the image: residuals of a pose and their Jacobian.

Terms: landmarks in the image, 3D directions between landmarks, footholds of standing feet. Each row of the Jacobian is
the derivative of a marker along one direction: the marker's own line of action, times how the joints move space there
(Featherstone, Rigid Body Dynamics Algorithms, section 2.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import normalize
from ...typing import Array
from .kinematic_chain import MOVES, Chain
from .markers import BONES, USED, WEIGHT

_SIGMA_PIXEL = 0.014
"""Landmark noise in the image, in lengths from ankles to head."""
_SIGMA_DIRECTION = np.array([0.56, 0.56, 0.35], np.float32)
"""Noise of 3D directions along the camera's axes; the image determines x and y better."""
_CAUCHY_PIXEL, _CAUCHY_DIRECTION, _CAUCHY_FOOTHOLD = 3.0, 2.0, 3.0
_SIGMA_FOOTHOLD = 0.02
"""Meters by which a standing foot may miss its foothold."""
_N_USED = len(USED)
_TRUST_EXPONENT = 1.5
"""Landmarks of visibility 0.5 are about twice as noisy as clear ones, of 0.1 three to four times."""
_START, _END = BONES.T
_N_DIRECTIONS = 3 * len(BONES)
_MOVES = MOVES[np.concatenate([np.repeat(_START, 3), np.repeat(_END, 3), np.repeat(np.arange(_N_USED), 2)])]
_MOVES_FEET = np.concatenate([_MOVES, np.repeat(MOVES[_N_USED:], 3, axis=0)])
"""Which parameters move the marker of each row."""


@dataclass(frozen=True)
class Measurements:
    """What was measured of one person at T even times, float32.

    Attributes:
        pixels: (T, len(USED), 2); trust: (T, len(USED)) weights, 0 where nothing was found.
        directions: (T, len(BONES), 3) unit vectors in camera axes.
        optics: the camera; interval: seconds between samples; density: samples for each frame of the footage.
        footholds: (T, 2, 3) where the balls of standing feet are in camera space, NaN where they do not stand;
            None before the contacts are known.
    """

    pixels: Array
    trust: Array
    directions: Array
    optics: Pinhole
    interval: float
    footholds: Array | None = None
    density: float = 1.0


def linearize(chain: Chain, measured: Measurements, part: slice, turns: Array, root: Array) -> tuple[Array, Array]:
    """Weighted Jacobian (t, R, N_PARAMETERS) and residuals (t, R) of the samples in `part`, at the pose (t, ...)."""
    pose = chain.pose(turns)
    local, markers = pose.markers, pose.markers + root[:, None]
    count = len(local)
    lines = np.zeros((count, local.shape[1], 3, 6), np.float32)  # of a marker along x, y, z
    x, y, z = (local[..., axis] for axis in range(3))
    lines[:, :, 0, 1], lines[:, :, 0, 2] = z, -y
    lines[:, :, 1, 0], lines[:, :, 1, 2] = -z, x
    lines[:, :, 2, 0], lines[:, :, 2, 1] = y, -x
    lines[:, :, [0, 1, 2], [3, 4, 5]] = 1
    direction_rows, direction_residuals = _directions(measured, part, markers, lines)
    pixel_rows, pixel_residuals = _pixels(measured, part, chain.size, markers[:, :_N_USED], lines[:, :_N_USED])
    rows, residuals, moves = [*direction_rows, pixel_rows], [direction_residuals, pixel_residuals], _MOVES
    if measured.footholds is not None:
        foothold_rows, foothold_residuals = _footholds(
            measured.footholds[part], markers[:, _N_USED:], lines[:, _N_USED:]
        )
        rows, residuals, moves = [*rows, foothold_rows], [*residuals, foothold_residuals], _MOVES_FEET
    jacobian = np.concatenate([row.reshape(count, -1, 6) for row in rows], axis=1) @ pose.twists()
    jacobian *= moves
    start, end = jacobian[:, :_N_DIRECTIONS], jacobian[:, _N_DIRECTIONS : 2 * _N_DIRECTIONS]
    end -= start
    return jacobian[:, _N_DIRECTIONS:], np.concatenate([each.reshape(count, -1) for each in residuals], axis=1)


def cauchy(squares: Array, scale: float) -> Array:
    """Square roots of robust weights for squared lengths of residuals."""
    return 1 / np.sqrt(1 + squares * (1 / scale**2))


def _directions(measured: Measurements, part: slice, markers: Array, lines: Array) -> tuple[list[Array], Array]:
    bones = markers[:, _END] - markers[:, _START]
    length = np.maximum(np.sqrt((bones**2).sum(axis=-1, keepdims=True)), 1e-6)
    residual = (measured.directions[part] - bones / length) / _SIGMA_DIRECTION
    trust = measured.trust[part]
    weight = cauchy((residual**2).sum(axis=-1), _CAUCHY_DIRECTION)
    weight = (weight * np.sqrt(np.minimum(trust[:, _START], trust[:, _END])))[..., None]
    factor = (weight / length / _SIGMA_DIRECTION)[..., None]
    return [lines[:, _START] * factor, lines[:, _END] * factor], residual * weight


def _pixels(measured: Measurements, part: slice, size: float, markers: Array, lines: Array) -> tuple[Array, Array]:
    optics = measured.optics
    focal = np.float32(optics.focal_px)
    depth = np.maximum(markers[..., 2:], 0.05)
    slope = markers[..., :2] / depth
    unit = focal * size / np.maximum(markers[..., 2].mean(axis=1), 0.05) * _SIGMA_PIXEL
    scale = (1 / unit)[:, None, None].astype(np.float32)
    residual = (measured.pixels[part] - np.float32(optics.center_px) - focal * slope) * scale
    weight = cauchy((residual**2).sum(axis=-1), _CAUCHY_PIXEL) * np.sqrt(measured.trust[part])
    weight = weight[..., None]
    factor = (weight * scale * focal / depth)[..., None]
    return (lines[:, :, :2] - slope[..., None] * lines[:, :, 2:]) * factor, residual * weight


def _footholds(held: Array, balls: Array, lines: Array) -> tuple[Array, Array]:
    residual = np.where(np.isnan(held), 0, held - balls) / np.float32(_SIGMA_FOOTHOLD)  # (t, 2, 3)
    weight = cauchy((residual**2).sum(axis=-1, keepdims=True), _CAUCHY_FOOTHOLD) * ~np.isnan(held)
    return lines * (weight / np.float32(_SIGMA_FOOTHOLD))[..., None], residual * weight


def bone_directions(world: Array) -> Array:
    """Unit vectors (T, len(BONES), 3) between used landmarks (T, len(USED), 3)."""
    return normalize(world[:, _END] - world[:, _START])


def landmark_trust(visibility: Array) -> Array:
    """Weights (T, len(USED)) from visibilities."""
    return np.clip(visibility, 0.02, 1) ** _TRUST_EXPONENT * WEIGHT
