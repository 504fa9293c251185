"""Kernel ridge regression (Saunders et al. 1998) that knows its error: measured on stretches of time left out of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ....typing import Array

_FOLDS = 5
_WIDTHS = (0.05, 0.2, 0.7, 2.5)
_RIDGES = (0.01, 0.1)
_FEWEST = 8
"""Examples to learn from."""


@dataclass(frozen=True)
class Examples:
    """What was seen, with its mirror images.

    Attributes:
        inputs: (n, F); targets: (n, m). starts: (n,) frames; real: (n,) bool, not mirrored.
        size: frames of each example: those that begin nearer together share some.
    """

    inputs: Array
    targets: Array
    starts: Array
    real: Array
    size: int


def predict(examples: Examples, query: Array) -> tuple[Array, Array] | None:
    """What is targets (m,) for an input (F,), and its mean square errors (m,); None where too little was seen.

    The further the input is from all examples, the more the prediction is zero, and its error that of zero.
    """
    if examples.real.sum() < _FEWEST:
        return None
    apart, away = _squared(examples.inputs, examples.inputs), _squared(query[None], examples.inputs)[0]
    scale = max(float(np.median(apart)), 1e-9)
    found = _tuned(examples, apart / scale)
    if found is None:
        return None
    width, ridge, squares, novelty = found
    kernel, row = np.exp(-apart / scale / (2 * width)), np.exp(-away / scale / (2 * width))
    weights = np.linalg.solve(kernel + ridge * np.eye(len(kernel)), row)
    unlike = np.clip((1 - weights @ row - novelty) / max(1 - novelty, 1e-6), 0, 1)
    nothing = (examples.targets[examples.real] ** 2).mean(axis=0)
    return weights @ examples.targets, squares + np.maximum(nothing - squares, 0) * unlike


def _tuned(examples: Examples, apart: Array) -> tuple[float, float, Array, float] | None:
    """Width and ridge that predict best, with their mean square errors (m,) and the usual novelty of what is asked."""
    starts, real = examples.starts, np.flatnonzero(examples.real)
    edges = np.quantile(starts[real], np.linspace(0, 1, _FOLDS + 1))
    edges[-1] += 1
    folds = []
    for low, high in pairwise(edges):
        test = real[(starts[real] >= low) & (starts[real] < high)]
        if not len(test):
            continue
        first, last = starts[test].min(), starts[test].max()
        train = np.flatnonzero((starts <= first - examples.size) | (starts >= last + examples.size))
        if len(train) >= _FEWEST:
            folds.append((test, train))
    best = None
    for width in _WIDTHS:
        kernel = np.exp(-apart / (2 * width))
        for ridge in _RIDGES:
            squares, count, novelty = np.zeros(examples.targets.shape[1]), 0, 0.0
            for test, train in folds:
                across = kernel[np.ix_(test, train)]
                weights = np.linalg.solve(kernel[np.ix_(train, train)] + ridge * np.eye(len(train)), across.T)
                squares += ((weights.T @ examples.targets[train] - examples.targets[test]) ** 2).sum(axis=0)
                novelty += float((1 - (weights.T * across).sum(axis=1)).sum())
                count += len(test)
            if count and (best is None or squares.sum() < best[2].sum() * count):
                best = width, ridge, squares / count, novelty / count
    return best


def _squared(a: Array, b: Array) -> Array:
    """Squared distances (n, m) of rows."""
    return np.maximum((a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T, 0)
