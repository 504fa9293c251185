"""The camera in every frame, from the points that the keyframes located (resection)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...geometry.rotations import (
    cross,
    matrix_from_quat,
    matrix_from_rotvec,
    quat_from_matrix,
    rotvec_from_matrix,
    slerp,
)
from ...typing import Array
from .bundle import Model, robust_weights
from .keyframes import Shot, points_of
from .tracks import Part

_ROUNDS = 4
_TURN_ERROR, _MOVE_ERROR = np.radians(1.5), 0.03
"""Expected distance from the way between the keyframes, radians and usual distances."""


def every_frame(model: Model, shot: Shot, parts: Iterable[Part], moves: bool) -> tuple[Array, Array]:
    """Rotations world to camera (frames, 3, 3) and positions (frames, 3)."""
    rotation, position = _between(model, shot)
    guess_rotation, guess_position = rotation.copy(), position.copy()
    start = None
    for part in parts:
        start = part.frames.start if start is None else start
        frame, slot = np.nonzero(part.free)
        row = frame + part.frames.start - start
        keyframe = np.searchsorted(shot.rows, row, side="right") - 1
        point = points_of(part.track[frame, slot], keyframe, shot)
        use = point >= 0
        frame, row, point, at = frame[use], row[use], point[use], part.at[frame[use], slot[use]]
        if not len(row):
            continue
        shown, starts = np.unique(row, return_index=True)
        for _ in range(_ROUNDS):
            slopes, residuals = _jacobian(model, rotation, position, row, point, at, moves)
            weights = robust_weights(residuals, shot.sightings.sigma) / shot.sightings.sigma**2
            normal = np.add.reduceat(np.einsum("nai,naj,n->nij", slopes, slopes, weights), starts, axis=0)
            right = np.add.reduceat(np.einsum("nai,na,n->ni", slopes, residuals, weights), starts, axis=0)
            prior = np.repeat([1 / _TURN_ERROR**2, 1 / _MOVE_ERROR**2], 3)
            normal += np.diag(prior)
            off_turn = rotvec_from_matrix(rotation[shown] @ guess_rotation[shown].swapaxes(1, 2))
            off_move = position[shown] - guess_position[shown]
            right -= np.concatenate([off_turn, off_move], axis=1) * prior
            step = np.linalg.solve(normal, right[..., None])[..., 0]
            rotation[shown] = matrix_from_rotvec(step[:, :3]) @ rotation[shown]
            position[shown] += step[:, 3:] * float(moves)
    return rotation, position


def _between(model: Model, shot: Shot) -> tuple[Array, Array]:
    """The way from keyframe to keyframe, straight and even."""
    rows = np.arange(shot.frames)
    before = np.clip(np.searchsorted(shot.rows, rows, side="right") - 1, 0, max(len(shot.rows) - 2, 0))
    after = np.minimum(before + 1, len(shot.rows) - 1)
    span = np.maximum(shot.rows[after] - shot.rows[before], 1)
    share = np.clip((rows - shot.rows[before]) / span, 0, 1)
    quats = quat_from_matrix(model.rotation)
    position = model.position[before] + (model.position[after] - model.position[before]) * share[:, None]
    return matrix_from_quat(slerp(quats[before], quats[after], share)), position


def _jacobian(
    model: Model, rotation: Array, position: Array, row: Array, point: Array, at: Array, moves: bool
) -> tuple[Array, Array]:
    """Slopes (n, 2, 6) of where points are seen, by turn and movement of the camera; and residuals (n, 2)."""
    offset = model.origin[point] - position[row]
    away = np.einsum("nij,nj->ni", rotation[row], model.direction[point] + model.inverse[point, None] * offset)
    depth = np.maximum(away[:, 2], 0.05)
    project = np.zeros((len(away), 2, 3))
    project[:, 0, 0] = project[:, 1, 1] = model.focal / depth
    project[:, :, 2] = -model.focal * away[:, :2] / depth[:, None] ** 2
    turn = cross(np.eye(3)[None], away[:, None]).swapaxes(1, 2)
    move = -model.inverse[point, None, None] * rotation[row] * float(moves)
    slopes = project @ np.concatenate([turn, move], axis=2)
    return slopes, at - model.focal * away[:, :2] / depth[:, None]
