"""Bundle adjustment: cameras, points and the focal length that explain best where points are seen.

Triggs et al., "Bundle adjustment - a modern synthesis", 2000: robust Levenberg-Marquardt with the points eliminated
(section 6.1). Points are directions with inverse distances (Civera, Davison & Montiel 2008), so those without parallax
do no harm. A point is seen in few consecutive keyframes, so what is left of the cameras is block-tridiagonal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...geometry.rotations import cross, matrix_from_rotvec, normalize
from ...typing import Array
from .block_tridiagonal import solve_block_tridiagonal

SPAN = 12
"""Keyframes in a block; a point may be seen in no more of them, from the first to the last."""
_USUAL_DISTANCE, _DISTANCE_SPREAD = 1.0, 1.0
"""Inverse distances are expected about this, which sets the scale."""
_DRIFT = 0.3
"""Expected movement from keyframe to keyframe, in usual distances."""
_FIXED = 1e10
_NEAREST = 0.05
_SETTLED = 1e-4


@dataclass(frozen=True)
class Sightings:
    """Where points are seen: n sightings of M points in K keyframes.

    Attributes:
        frame: (n,) keyframe; point: (n,); at: (n, 2) pixels from the image's center. sigma: usual error, pixels.
        first: (M,) keyframe in which a point is seen first.
    """

    frame: Array
    point: Array
    at: Array
    first: Array
    sigma: float


@dataclass(frozen=True)
class Model:
    """What explains the sightings.

    Attributes:
        rotation: (K, 3, 3) world to camera; position: (K, 3) of the camera, in usual distances of the points.
        direction: (M, 3), inverse: (M,) inverse distance, both as seen from origin (M, 3). focal: pixels.
    """

    rotation: Array
    position: Array
    direction: Array
    inverse: Array
    origin: Array
    focal: float

    def in_camera(self, frame: Array, point: Array) -> Array:
        """(n, 3) directions to points (n,) in the space of the cameras (n,), not normalized."""
        offset = self.origin[point] - self.position[frame]
        away = self.direction[point] + self.inverse[point, None] * offset
        return np.einsum("nij,nj->ni", self.rotation[frame], away)

    def residuals(self, seen: Sightings) -> Array:
        """(n, 2) pixels from where points should be seen to where they are."""
        away = self.in_camera(seen.frame, seen.point)
        return np.asarray(seen.at - self.focal * away[:, :2] / np.maximum(away[:, 2:], _NEAREST))


@dataclass(frozen=True)
class Freedom:
    """What may change: whether cameras move, and the standard deviation of the logarithm of the focal length.

    Attributes:
        focal_prior: focal length in pixels that it is relative to. held: how many of the first cameras stay.
    """

    moves: bool
    focal_error: float
    focal_prior: float
    held: int = 1


def initial_model(rotation: Array, seen: Sightings, focal: float) -> Model:
    """Cameras that only turn, with every point at the usual distance."""
    rays = normalize(np.concatenate([seen.at / focal, np.ones((len(seen.at), 1))], axis=1))
    rays = np.einsum("nji,nj->ni", rotation[seen.frame], rays)
    count = len(seen.first)
    direction = np.stack([np.bincount(seen.point, axis, count) for axis in rays.T], axis=1)
    zeros = np.zeros((count, 3))
    return Model(
        rotation, np.zeros((len(rotation), 3)), normalize(direction), np.full(count, _USUAL_DISTANCE), zeros, focal
    )


def adjust(model: Model, seen: Sightings, freedom: Freedom, rounds: int = 30, settled: float = _SETTLED) -> Model:
    """The model that explains the sightings best; `settled`: the share of the cost gained below which it is good."""
    cost, damping = _cost(model, seen, freedom), 1e-3
    for _ in range(rounds):
        system = _System(model, seen, freedom)
        while damping < 1e6:
            proposed = system.solved(damping)
            new = _cost(proposed, seen, freedom)
            if new <= cost:
                break
            damping *= 8
        else:
            return model
        gained, model, cost = cost - new, proposed, new
        damping = max(damping / 5, 1e-7)
        if gained < settled * cost:
            break
    return model


def robust_weights(residuals: Array, sigma: Array | float) -> Array:
    """(n,) weights of Cauchy's function."""
    return np.asarray(1 / (1 + (residuals**2).sum(axis=1) / (3 * sigma) ** 2))


def focal_error(model: Model, seen: Sightings, freedom: Freedom) -> float:
    """Standard deviation of the logarithm of the focal length, everything else being free."""
    return _System(model, seen, freedom).focal_error()


def _cost(model: Model, seen: Sightings, freedom: Freedom) -> float:
    away = model.in_camera(seen.frame, seen.point)
    residuals = model.residuals(seen)
    squares = (residuals**2).sum(axis=1) / (3 * seen.sigma) ** 2
    cost = float(np.log1p(np.where(away[:, 2] > _NEAREST, squares, 1e4)).sum()) * 9
    cost += float((((model.inverse - _USUAL_DISTANCE) / _DISTANCE_SPREAD) ** 2).sum())
    cost += float((np.diff(model.position, axis=0) ** 2).sum()) / _DRIFT**2
    if freedom.focal_error:
        cost += (np.log(model.focal / freedom.focal_prior) / freedom.focal_error) ** 2
    return cost


class _System:
    """Normal equations about a model. Unknowns of a camera: turn, movement; of a point: direction (2), distance."""

    def __init__(self, model: Model, seen: Sightings, freedom: Freedom) -> None:
        self._model, self._seen, self._freedom = model, seen, freedom
        self._basis = _tangents(model.direction)  # (M, 3, 2)
        cameras, points, focal, residuals = self._jacobians()
        weights = np.sqrt(robust_weights(residuals, seen.sigma))[:, None] / seen.sigma
        residuals = residuals * weights
        cameras, points, focal = cameras * weights[..., None], points * weights[..., None], focal * weights
        count, self._frames = len(seen.first), len(model.rotation)
        add = _Adder(seen.frame, self._frames)
        self.camera = add(np.einsum("nai,naj->nij", cameras, cameras))
        self.camera_right = add(np.einsum("nai,na->ni", cameras, residuals))
        self.camera_focal = add(np.einsum("nai,na->ni", cameras, focal))
        add = _Adder(seen.point, count)
        self.point = add(np.einsum("nai,naj->nij", points, points))
        self.point_right = add(np.einsum("nai,na->ni", points, residuals))
        self.point_focal = add(np.einsum("nai,na->ni", points, focal))
        self.focal, self.focal_right = float((focal**2).sum()), float((focal * residuals).sum())
        self.coupling = np.einsum("nai,naj->nij", cameras, points)  # (n, 6, 3)
        self._priors()

    def _jacobians(self) -> tuple[Array, Array, Array, Array]:
        model, seen = self._model, self._seen
        rotation = model.rotation[seen.frame]
        away = model.in_camera(seen.frame, seen.point)
        depth = np.maximum(away[:, 2], _NEAREST)
        project = np.zeros((len(away), 2, 3))
        project[:, 0, 0] = project[:, 1, 1] = model.focal / depth
        project[:, :, 2] = -model.focal * away[:, :2] / depth[:, None] ** 2
        turn = cross(np.eye(3)[None], away[:, None]).swapaxes(1, 2)  # a turn about axis i moves it by e_i x away
        move = -model.inverse[seen.point, None, None] * rotation * float(self._freedom.moves)
        direct = np.einsum("nij,njk->nik", rotation, self._basis[seen.point])
        offset = model.origin[seen.point] - model.position[seen.frame]
        nearer = np.einsum("nij,nj->ni", rotation, offset)[..., None] * float(self._freedom.moves)
        cameras = project @ np.concatenate([turn, move], axis=2)
        points = project @ np.concatenate([direct, nearer], axis=2)
        residuals = model.residuals(seen)
        return cameras, points, seen.at - residuals, residuals

    def _priors(self) -> None:
        model, freedom = self._model, self._freedom
        at = np.arange(6)
        self.camera[:, at, at] += 1.0  # where a keyframe shows nothing
        self.camera[: freedom.held, at, at] += _FIXED
        at = np.arange(3, 6)
        drift = 1 / _DRIFT**2
        step = np.diff(model.position, axis=0) * drift
        self.camera[:-1, at, at] += drift
        self.camera[1:, at, at] += drift
        self.camera_right[:-1, 3:] += step
        self.camera_right[1:, 3:] -= step
        spread = 1 / _DISTANCE_SPREAD**2
        self.point[:, 2, 2] += spread
        self.point_right[:, 2] -= (model.inverse - _USUAL_DISTANCE) * spread
        if freedom.focal_error:
            self.focal += 1 / freedom.focal_error**2
            self.focal_right -= np.log(model.focal / freedom.focal_prior) / freedom.focal_error**2
        else:
            self.focal += _FIXED

    def solved(self, damping: float) -> Model:
        """The model after one step; the more damped, the smaller."""
        inverse, both, focal, focal_right = self._eliminated(damping)
        zoom = focal_right / focal
        step = (both[..., 0] - both[..., 1] * zoom).reshape(-1, 6)[: self._frames]
        return self._moved(step, float(zoom), inverse)

    def focal_error(self) -> float:
        """See the function of that name."""
        return float(self._eliminated(1e-9)[2] ** -0.5)

    def _eliminated(self, damping: float) -> tuple[Array, Array, float, float]:
        """Points and cameras eliminated.

        Returns:
            (M, 3, 3) inverses of the points' equations; (b, s, 2) steps of the cameras, and how much less they are
            per step of the focal length; what is left of the focal length's equation, left and right.
        """
        seen, frames = self._seen, self._frames
        inverse = np.linalg.inv(self.point + damping * self.point * np.eye(3) + 1e-9 * np.eye(3))
        blocks, size = -(-frames // SPAN), 6 * SPAN
        diagonal = np.zeros((blocks + 1, size, size))
        upper = np.zeros((blocks, size, size))
        right = np.zeros((blocks + 1, size, 2))
        spread = diagonal.reshape(blocks + 1, SPAN, 6, SPAN, 6)
        at = np.arange(frames)
        spread[at // SPAN, at % SPAN, :, at % SPAN] = self.camera + damping * self.camera * np.eye(6)
        at = np.arange(frames, (blocks + 1) * SPAN)
        spread[at // SPAN, at % SPAN, :, at % SPAN] = np.eye(6)
        self._couple_drift(spread, upper.reshape(blocks, SPAN, 6, SPAN, 6))
        sides = right.reshape(-1, 6, 2)
        sides[:frames, :, 0], sides[:frames, :, 1] = self.camera_right, self.camera_focal
        group = seen.first // SPAN
        for block in range(blocks):
            reduced, both = self._of_points(np.flatnonzero(group == block), group[seen.point] == block, block, inverse)
            diagonal[block] -= reduced[:size, :size]
            upper[block] -= reduced[:size, size:]
            diagonal[block + 1] -= reduced[size:, size:]
            right[block] -= both[:size]
            right[block + 1] -= both[size:]
        by_focal = np.einsum("pij,pj->pi", inverse, self.point_focal)
        focal = self.focal * (1 + damping) - float((by_focal * self.point_focal).sum())
        focal_right = self.focal_right - float((by_focal * self.point_right).sum())
        both = solve_block_tridiagonal(diagonal, upper, right)
        coupled = right[..., 1].ravel()
        focal_right -= float(coupled @ both[..., 0].ravel())
        focal -= float(coupled @ both[..., 1].ravel())
        return inverse, both, focal, focal_right

    def _of_points(self, points: Array, own: Array, block: int, inverse: Array) -> tuple[Array, Array]:
        """What the points of a block take from the equations of its cameras and the next block's."""
        seen, width = self._seen, 12 * SPAN
        index = np.full(len(inverse), -1)
        index[points] = np.arange(len(points))
        rows = np.flatnonzero(own)
        wide = np.zeros((2 * SPAN, 6, len(points), 3))
        wide[seen.frame[rows] - block * SPAN, :, index[seen.point[rows]]] = self.coupling[rows]
        solved = np.einsum("sipa,pab->sipb", wide, inverse[points]).reshape(width, -1)
        sides = np.stack([self.point_right[points].ravel(), self.point_focal[points].ravel()], axis=1)
        return solved @ wide.reshape(width, -1).T, solved @ sides

    def _couple_drift(self, diagonal: Array, upper: Array) -> None:
        """The prior of steps between neighboring keyframes."""
        first = np.arange(self._frames - 1)
        for axis in range(3, 6):
            inside = first[first % SPAN < SPAN - 1]
            block, at = inside // SPAN, inside % SPAN
            diagonal[block, at, axis, at + 1, axis] -= 1 / _DRIFT**2
            diagonal[block, at + 1, axis, at, axis] -= 1 / _DRIFT**2
            across = first[first % SPAN == SPAN - 1]
            upper[across // SPAN, SPAN - 1, axis, 0, axis] -= 1 / _DRIFT**2

    def _moved(self, step: Array, zoom: float, inverse: Array) -> Model:
        """The model with cameras moved by (K, 6), and points by what is then best for each."""
        model, seen = self._model, self._seen
        back = np.einsum("nij,ni->nj", self.coupling, step[seen.frame])
        right = self.point_right - self.point_focal * zoom - _Adder(seen.point, len(seen.first))(back)
        change = np.einsum("pij,pj->pi", inverse, right)
        direction = model.direction + np.einsum("pij,pj->pi", self._basis, change[:, :2])
        return replace(
            model,
            rotation=matrix_from_rotvec(step[:, :3]) @ model.rotation,
            position=model.position + step[:, 3:] * float(self._freedom.moves),
            direction=normalize(direction),
            inverse=model.inverse + change[:, 2] * float(self._freedom.moves),
            focal=model.focal * float(np.exp(np.clip(zoom, -0.2, 0.2))),
        )


class _Adder:
    """Sums rows by a key (n,) below `count`."""

    def __init__(self, key: Array, count: int) -> None:
        self._order = np.argsort(key, kind="stable")
        self._count = count
        self._starts = np.searchsorted(key[self._order], np.arange(count))
        self._filled = np.bincount(key, minlength=count) > 0

    def __call__(self, values: Array) -> Array:
        total = np.zeros((self._count, *values.shape[1:]))
        if len(values):
            total[self._filled] = np.add.reduceat(values[self._order], self._starts[self._filled], axis=0)
        return total


def _tangents(directions: Array) -> Array:
    """(M, 3, 2) two directions across each of (M, 3)."""
    other = np.where(np.abs(directions[:, :1]) < 0.7, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    first = normalize(cross(directions, other))
    return np.stack([first, cross(directions, first)], axis=2)
