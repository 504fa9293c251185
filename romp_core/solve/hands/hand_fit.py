"""Wrist and finger angles of one hand over a whole stretch: robust least squares by Gauss-Newton, without delay.

Terms: points in the image; directions of the bones as the network has them in 3D, which only choose between the two
ways in which a bone may lean; limits and a wide prior; and accelerations, which couple the frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...geometry.projection import Pinhole
from ...geometry.rotations import matrix_from_rotvec, normalize
from ...typing import Array
from ..landmark_fit.banded import solve_coupled
from ..landmark_fit.gauss_newton import logarithm
from .angles import DEVIATION, DIP, DIP_DEVIATION, DIP_SHARE, HIGHEST, LOWEST, RELAXED, SOFTNESS
from .evidence import HandEvidence
from .hand_model import N_PARAMETERS, HandModel
from .initial_hand import first_guess

_BONES = np.array(
    [(0, 1), (1, 2), (2, 3), (3, 4)]
    + [pair for first in (5, 9, 13, 17) for pair in ((0, first), *((first + k, first + k + 1) for k in range(3)))]
)
_SIGMA_POINT, _SIGMA_DIRECTION = 0.02, 0.5
"""Of points in sizes of the hand; of directions."""
_CAUCHY = 3.0
_ACCELERATION = np.concatenate([[0.004, 0.004, 0.02], np.radians([5.0] * 3), np.radians([9.0] * len(RELAXED))])
"""Deviations of second differences at 30 frames per second: meters, radians."""
_RATE = 30.0
_NEAREST_M = 0.1
_ITERATIONS, _CAREFUL = 10, 4
_LARGEST_STEP = float(np.radians(40))
_DAMPING = 1e-3
_CHUNK = 128


@dataclass(frozen=True)
class Hand:
    """A solved hand in T samples: wrist (T, 3) and turn (T, 3, 3) in camera space, angles (T, 21)."""

    wrist: Array
    turn: Array
    angles: Array


def fit_hand(
    model: HandModel,
    seen: HandEvidence,
    optics: Pinhole,
    interval: float,
    report: Callable[[float], None] = lambda share: None,
) -> Hand:
    """The motion of a hand in T evenly spaced samples.

    Args:
        seen: of each sample; some must have weight. interval: seconds between samples.
        report: called with the share done; may raise to stop.
    """
    hand = guessed_hand(model, seen, optics)
    for iteration in range(_ITERATIONS):
        hand = refine_hand(model, hand, seen, optics, interval, iteration < _CAREFUL)
        report((iteration + 1) / _ITERATIONS)
    return within_reach(hand)


def guessed_hand(model: HandModel, seen: HandEvidence, optics: Pinhole) -> Hand:
    """A first guess from what was seen; some of it must have weight."""
    return Hand(*first_guess(model, seen.pixels, seen.world, seen.weight > 0, optics))


def within_reach(hand: Hand) -> Hand:
    """The hand with its angles within their limits."""
    return replace(hand, angles=np.clip(hand.angles, LOWEST - SOFTNESS, HIGHEST + SOFTNESS))


def refine_hand(
    model: HandModel, hand: Hand, seen: HandEvidence, optics: Pinhole, interval: float, careful: bool = False
) -> Hand:
    """One iteration of the fit.

    Args:
        careful: take small steps, as at the beginning.
    """
    count = len(hand.angles)
    bones = normalize(seen.world[:, _BONES[:, 1]] - seen.world[:, _BONES[:, 0]])
    blocks = np.zeros((count, N_PARAMETERS, N_PARAMETERS))
    right = np.zeros((count, N_PARAMETERS))
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        blocks[part], right[part] = _measured(model, hand, seen, bones, optics, part)
    _add_priors(hand.angles, blocks, right)
    diagonal = np.einsum("tii->ti", blocks)
    diagonal += _DAMPING * (30 if careful else 1)
    if count > 2:
        step = solve_coupled(blocks, right, *_add_accelerations(hand, interval, diagonal, right))
    else:
        step = np.linalg.solve(blocks, right[..., None])[..., 0]
    if careful:
        step *= min(1.0, _LARGEST_STEP / max(float(np.abs(step[:, 3:]).max()), 1e-9))
    wrist = hand.wrist + step[:, :3]
    wrist[:, 2] = np.maximum(wrist[:, 2], _NEAREST_M)
    return Hand(wrist, matrix_from_rotvec(step[:, 3:6]) @ hand.turn, hand.angles + step[:, 6:])


def _measured(
    model: HandModel, hand: Hand, seen: HandEvidence, bones: Array, optics: Pinhole, part: slice
) -> tuple[Array, Array]:
    """Normal equations of what the image and the network show."""
    posed = model.pose(hand.wrist[part], hand.turn[part], hand.angles[part])
    points, derivatives = posed.points, posed.derivatives
    depth = np.maximum(points[..., 2:], 0.05)
    slope = points[..., :2] / depth
    unit = (_SIGMA_POINT * seen.size[part])[:, None, None]
    residual = (seen.pixels[part] - optics.center_px - optics.focal_px * slope) / unit
    rows = derivatives[..., :2, :] - slope[..., None] * derivatives[..., 2:, :]
    rows = rows * (optics.focal_px / depth / unit)[..., None]
    weight = seen.weight[part, None] * seen.trust[part]
    pairs = [(rows, residual, weight)]

    spans = points[:, _BONES[:, 1]] - points[:, _BONES[:, 0]]
    lengths = np.maximum(np.linalg.norm(spans, axis=-1, keepdims=True), 1e-6)
    along = spans / lengths
    moved = derivatives[:, _BONES[:, 1]] - derivatives[:, _BONES[:, 0]]
    across = moved - along[..., None] * np.einsum("tbi,tbip->tbp", along, moved)[..., None, :]
    known = seen.weight[part, None] * np.minimum(*(seen.trust[part][:, _BONES[:, end]] for end in (0, 1)))
    pairs.append((across / (lengths[..., None] * _SIGMA_DIRECTION), (bones[part] - along) / _SIGMA_DIRECTION, known))

    blocks, right = 0.0, 0.0
    for jacobian, errors, trust in pairs:
        robust = np.sqrt(trust / (1 + (errors**2).sum(axis=-1) / _CAUCHY**2))[..., None]
        jacobian = (jacobian * robust[..., None]).reshape(len(points), -1, N_PARAMETERS)
        errors = (errors * robust).reshape(len(points), -1, 1)
        transposed = jacobian.transpose(0, 2, 1)
        blocks, right = blocks + transposed @ jacobian, right + (transposed @ errors)[..., 0]
    return np.asarray(blocks), np.asarray(right)


def _add_priors(angles: Array, blocks: Array, right: Array) -> None:
    """Limits, the relaxed hand, and last joints that follow those before them."""
    stiff = 1 / DEVIATION**2 + np.zeros_like(angles)
    pull = (RELAXED - angles) / DEVIATION**2
    excess = np.clip(angles, LOWEST, HIGHEST) - angles
    stiff += (excess != 0) / SOFTNESS**2
    pull += excess / SOFTNESS**2
    np.einsum("tii->ti", blocks)[:, 6:] += stiff
    right[:, 6:] += pull
    weight, dip, pip = 1 / DIP_DEVIATION**2, 6 + DIP, 6 + DIP - 1
    error = (DIP_SHARE * angles[:, DIP - 1] - angles[:, DIP]) * weight
    blocks[:, dip, dip] += weight
    blocks[:, pip, pip] += weight * DIP_SHARE**2
    blocks[:, dip, pip] -= weight * DIP_SHARE
    blocks[:, pip, dip] -= weight * DIP_SHARE
    right[:, dip] += error
    right[:, pip] -= DIP_SHARE * error


def _add_accelerations(hand: Hand, interval: float, diagonal: Array, right: Array) -> tuple[Array, Array]:
    """Add accelerations to the blocks' diagonals and the right-hand side; the couplings to the next two samples."""
    count = len(hand.angles)
    # White acceleration: its deviation grows with the rate of the frames.
    weight = 1 / (_ACCELERATION * (_RATE * interval) ** 1.5) ** 2
    turned = logarithm(hand.turn[1:] @ np.swapaxes(hand.turn[:-1], -1, -2))
    velocity = np.concatenate([np.diff(hand.wrist, axis=0), turned, np.diff(hand.angles, axis=0)], axis=1)
    bend = np.diff(velocity, axis=0)
    for offset, factor in ((0, 1.0), (1, -2.0), (2, 1.0)):
        rows = slice(offset, offset + count - 2)
        diagonal[rows] += factor**2 * weight
        right[rows] -= factor * weight * bend
    first = np.zeros((count - 1, N_PARAMETERS))
    first[:-1] -= 2 * weight
    first[1:] -= 2 * weight
    return first, np.tile(weight, (count - 2, 1))
