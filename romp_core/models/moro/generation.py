"""Iterative decoding: all masked tokens of a clip at once, the most confident ones kept, the others predicted again.

Guo et al. 2024, "MoMask", section 3.4, guided by confidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...typing import Array
from .trajectory import Statistics, camera_trajectory, matrix_from_six, relative, six_from_matrix

ROUNDS = 5
MASKED = 512
"""Id of a masked token."""
_FINAL = 1e5
"""Score of a token that is not predicted again."""


class Networks(Protocol):
    """The three networks, on arrays of a clip of F frames; shapes in `romp_core.networks.moro`."""

    def image(self, features: Array, boxes: Array) -> tuple[Array, Array]:
        """Image features and the weak trajectory."""
        ...

    def motion(self, tokens: Array, trajectory: Array) -> tuple[Array, Array, Array]:
        """Token features, trajectory features, and the trajectory made clean."""
        ...

    def decode(self, motion: Array, image: Array, path: Array, camera: Array) -> tuple[Array, Array, Array]:
        """Logits, refined camera trajectory, contacts."""
        ...


@dataclass(frozen=True)
class Round:
    """One round of decoding.

    Attributes:
        masked: (F, N) bool, predicted in it. logits: (F, N, codes); ids: (F, N) their best; confidence: (F, N) its
            probability. rotations: (F, 3, 3) and positions: (F, 3) in camera space; contacts: (F, 4) logits.
        given, cleaned: (F, 9) normalized relative trajectories.
    """

    masked: Array
    logits: Array
    ids: Array
    confidence: Array
    rotations: Array
    positions: Array
    contacts: Array
    given: Array
    cleaned: Array


@dataclass(frozen=True)
class Generated:
    """A clip with all its tokens.

    Attributes:
        ids: (F, N). confidence: (F, N) probability of each when it was chosen, 1 of those that were given.
        rotations, positions, contacts: of the last round. weak: (F, 9), from the image alone.
    """

    ids: Array
    confidence: Array
    rotations: Array
    positions: Array
    contacts: Array
    weak: Array


def generate(
    networks: Networks,
    features: Array,
    boxes: Array,
    ids: Array,
    codebook: Array,
    statistics: Statistics,
    listener: Callable[[Round], None] = lambda each: None,
) -> Generated:
    """Fill the masked tokens of a clip.

    Args:
        features: (F, M, D) of the crops; boxes: (F, 3). ids: (F, N), `MASKED` where they are to be found.
        codebook: (codes, 9). listener: hears of every round; may raise to stop.
    """
    table = np.concatenate([codebook, np.zeros((1, codebook.shape[1]), codebook.dtype)]).astype(np.float32)
    ids, unknown = np.array(ids), ids == MASKED
    image, weak = networks.image(features, boxes)
    rotations, positions = camera_trajectory(weak.astype(np.float64), boxes)
    coarse = np.concatenate([six_from_matrix(rotations), positions], axis=1).astype(np.float32)
    total = int(unknown.sum())
    rounds = max(1, round(ROUNDS * total / ids.size))
    scores = np.where(unknown, 0.0, _FINAL)
    confidence = np.where(unknown, 0.0, 1.0)
    for number in range(rounds):
        masked = least(scores, masked_count(number / rounds, total)) if total else np.zeros(ids.shape, bool)
        given = np.where(masked, MASKED, ids)
        trajectory = relative(rotations, positions, statistics)
        motion, path, cleaned = networks.motion(table[given], trajectory)
        logits, camera, contacts = networks.decode(motion, image, path, coarse)
        chosen = logits.argmax(axis=-1)
        probability = _probability(logits)
        ids = np.where(masked, chosen, given)
        scores = np.where(masked, probability, _FINAL)
        confidence = np.where(masked, probability, confidence)
        rotations, positions = matrix_from_six(camera[:, :6].astype(np.float64)), camera[:, 6:].astype(np.float64)
        listener(Round(masked, logits, chosen, probability, rotations, positions, contacts, trajectory, cleaned))
    return Generated(ids, confidence, rotations, positions, contacts, weak)


def masked_count(share: float, total: int) -> int:
    """Tokens to mask after this share 0..1 of the rounds, of `total` that were masked at first."""
    return max(1, round((1 + np.cos(np.pi * share)) / 2 * total))


def least(scores: Array, count: int) -> Array:
    """(F, N) bool: the `count` lowest scores of the whole clip."""
    chosen = np.zeros(scores.size, bool)
    chosen[np.argsort(scores.ravel(), kind="stable")[:count]] = True
    return chosen.reshape(scores.shape)


def _probability(logits: Array) -> Array:
    """Softmax probability of the best code."""
    return np.asarray(1 / np.exp(logits - logits.max(axis=-1, keepdims=True)).sum(axis=-1))
