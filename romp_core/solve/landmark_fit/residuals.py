"""What the fit compares with the image: residuals of a pose and their Jacobian.

Terms: landmarks in the image, 3D directions between landmarks, footholds of standing feet. Each row of the Jacobian is
the derivative of a marker along one direction: the marker's own line of action, times how the joints move space there
(Featherstone, Rigid Body Dynamics Algorithms, section 2.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...bodies.skin_points import PARTS
from ...geometry.projection import Pinhole
from ...geometry.rotations import normalize
from ...typing import Array
from .kinematic_chain import MOVES, N_PARAMETERS, Chain, Pose, moves_of
from .markers import BONES, USED, WEIGHT

SIGMA_PIXEL = 0.014
"""Landmark noise in the image, in lengths from ankles to head."""
_SIGMA_DIRECTION = np.array([0.56, 0.56, 0.35], np.float32)
"""Noise of 3D directions along the camera's axes; the image determines x and y better."""
_CAUCHY_PIXEL, _CAUCHY_DIRECTION, _CAUCHY_FOOTHOLD = 3.0, 2.0, 3.0
_SIGMA_FOOTHOLD = 0.02
"""Meters by which a standing foot may miss its foothold."""
_SIGMA_DEPTH = 0.04
"""Meters by which a depth that the image does not show may be off."""
_SIGMA_BELOW, _SIGMA_RESTS = 0.01, 0.02
"""Meters by which a part of the body may sink into the floor, and by which one that rests on it may be off."""
_CAUCHY_FLOOR = 3.0
_N_USED = len(USED)
_TRUST_EXPONENT = 1.5
"""Landmarks of visibility 0.5 are about twice as noisy as clear ones, of 0.1 three to four times."""
_START, _END = BONES.T
_N_DIRECTIONS = 3 * len(BONES)
_MOVES = MOVES[np.concatenate([np.repeat(_START, 3), np.repeat(_END, 3), np.repeat(np.arange(_N_USED), 2)])]
_MOVES_FEET = np.concatenate([_MOVES, np.repeat(MOVES[_N_USED:], 3, axis=0)])
_MOVES_PARTS = np.stack([moves_of(joint) for joint in PARTS])
"""Which parameters move the marker of each row, and each part that touches the floor."""
_PARTS = list(PARTS)


@dataclass(frozen=True)
class Feet:
    """What is known of a person's feet at T times, in camera space.

    Attributes:
        holds: (T, 2, 3) where the balls are, NaN where that is not known.
        depths: (T,) of the root while nobody sees either foot, else NaN.
        floor: what else of the body is on the floor.
    """

    holds: Array
    depths: Array
    floor: Floor

    def rows(self, rows: Array | slice) -> Feet:
        """The same at some of the times."""
        return Feet(self.holds[rows], self.depths[rows], self.floor.rows(rows))


@dataclass(frozen=True)
class Floor:
    """The floor at T times, in camera space: a point x is `up @ x + height` above it.

    Attributes:
        up: (T, 3) unit vectors; height: (T,) of the camera above the floor.
        lowest: (T, len(PARTS), 3) the lowest point of each part, in the frame of its joint.
        rests: (T, len(PARTS)) 0..1, confidence that the part rests on the floor.
        solid: (T,) 0..1, confidence that nothing can be below the floor.
    """

    up: Array
    height: Array
    lowest: Array
    rests: Array
    solid: Array

    def rows(self, rows: Array | slice) -> Floor:
        """The floor at some of the times."""
        return Floor(*(values[rows] for values in self.arrays))

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All of it, for the constructor."""
        return self.up, self.height, self.lowest, self.rests, self.solid


@dataclass(frozen=True)
class Measurements:
    """What was measured of one person at T even times, float32.

    Attributes:
        pixels: (T, len(USED), 2); trust: (T, len(USED)) weights, 0 where nothing was found.
        directions: (T, len(BONES), 3) unit vectors in camera axes.
        direction_trust: weights of landmarks for the directions, where those of pixels count other measurements, too.
        optics: the camera; interval: seconds between samples; density: samples for each frame of the footage.
        footholds: (T, 2, 3) where the balls of standing feet are in camera space, NaN where they do not stand;
            None before the contacts are known. depths: (T,) of the root, NaN where the image shows it; likewise.
        floor: likewise.
    """

    pixels: Array
    trust: Array
    directions: Array
    optics: Pinhole
    interval: float
    footholds: Array | None = None
    depths: Array | None = None
    floor: Floor | None = None
    density: float = 1.0
    direction_trust: Array | None = None

    @property
    def trust_in_directions(self) -> Array:
        """(T, len(USED)) weights."""
        return self.trust if self.direction_trust is None else self.direction_trust


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
    twists = pose.twists()
    jacobian = np.concatenate([row.reshape(count, -1, 6) for row in rows], axis=1) @ twists
    jacobian *= moves
    start, end = jacobian[:, :_N_DIRECTIONS], jacobian[:, _N_DIRECTIONS : 2 * _N_DIRECTIONS]
    end -= start
    jacobian = jacobian[:, _N_DIRECTIONS:]
    if measured.depths is not None:
        known = np.isfinite(measured.depths[part])
        row = np.zeros((count, 1, N_PARAMETERS), np.float32)
        row[:, 0, -1] = known / np.float32(_SIGMA_DEPTH)
        jacobian = np.concatenate([jacobian, row], axis=1)
        residuals.append(np.where(known, measured.depths[part] - root[:, 2], 0) / np.float32(_SIGMA_DEPTH))
    if measured.floor is not None:
        lines, residual = _on_floor(measured.floor.rows(part), pose, root)
        jacobian = np.concatenate([jacobian, lines @ twists * _MOVES_PARTS], axis=1)
        residuals.append(residual)
    return jacobian, np.concatenate([each.reshape(count, -1) for each in residuals], axis=1)


def _on_floor(floor: Floor, pose: Pose, root: Array) -> tuple[Array, Array]:
    """Nothing is below the floor, and what rests on it is not above it: weighted lines of action (t, len(PARTS), 6) of
    the lowest points along the floor's normal, and residuals (t, len(PARTS))."""
    frames = pose.joints[:, _PARTS]
    local = (frames[..., :3] @ floor.lowest[..., None])[..., 0] + frames[..., 3]  # (t, P, 3)
    up = np.broadcast_to(floor.up[:, None], local.shape)
    above = (local * up).sum(axis=-1) + (floor.up * root).sum(axis=-1, keepdims=True) + floor.height[:, None]
    below = above < 0
    rests = above / np.float32(_SIGMA_RESTS)
    weight = np.where(
        below, floor.solid[:, None] / _SIGMA_BELOW, floor.rests / _SIGMA_RESTS * cauchy(rests**2, _CAUCHY_FLOOR)
    )
    weight = weight.astype(np.float32)
    return np.concatenate([np.cross(local, up), up], axis=-1) * weight[..., None], -above * weight


def cauchy(squares: Array, scale: float | Array) -> Array:
    """Square roots of robust weights for squared lengths of residuals."""
    return 1 / np.sqrt(1 + squares * (1 / scale**2))


def _directions(measured: Measurements, part: slice, markers: Array, lines: Array) -> tuple[list[Array], Array]:
    bones = markers[:, _END] - markers[:, _START]
    length = np.maximum(np.sqrt((bones**2).sum(axis=-1, keepdims=True)), 1e-6)
    residual = (measured.directions[part] - bones / length) / _SIGMA_DIRECTION
    trust = measured.trust_in_directions[part]
    weight = cauchy((residual**2).sum(axis=-1), _CAUCHY_DIRECTION)
    weight = (weight * np.sqrt(np.minimum(trust[:, _START], trust[:, _END])))[..., None]
    factor = (weight / length / _SIGMA_DIRECTION)[..., None]
    return [lines[:, _START] * factor, lines[:, _END] * factor], residual * weight


def _pixels(measured: Measurements, part: slice, size: float, markers: Array, lines: Array) -> tuple[Array, Array]:
    optics = measured.optics
    focal = np.float32(optics.focal_px)
    depth = np.maximum(markers[..., 2:], 0.05)
    slope = markers[..., :2] / depth
    unit = focal * size / np.maximum(markers[..., 2].mean(axis=1), 0.05) * SIGMA_PIXEL
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
