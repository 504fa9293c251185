"""Numbers drawn as round strokes, since no font is at hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..typing import Array

_WIDTH, _ADVANCE = 0.6, 0.85
"""Width of a digit, and from one to the next, in heights of a digit."""


def _arc(x: float, y: float, radius_x: float, radius_y: float, start: float, end: float) -> list[tuple[float, float]]:
    """Points of an ellipse's arc, degrees clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 13))
    return [(x + radius_x * np.cos(angle), y + radius_y * np.sin(angle)) for angle in angles]


_STROKES = {
    "0": [_arc(0.3, 0.5, 0.3, 0.5, 0, 360)],
    "1": [[(0.08, 0.22), (0.34, 0.0), (0.34, 1.0)]],
    "2": [[*_arc(0.3, 0.28, 0.28, 0.28, -170, 30), (0.0, 1.0), (0.6, 1.0)]],
    "3": [[*_arc(0.28, 0.25, 0.27, 0.25, -160, 90), *_arc(0.28, 0.75, 0.32, 0.25, -90, 160)]],
    "4": [[(0.44, 1.0), (0.44, 0.0), (0.0, 0.7), (0.6, 0.7)]],
    "5": [[(0.55, 0.0), (0.1, 0.0), (0.05, 0.45), *_arc(0.27, 0.67, 0.32, 0.33, -120, 150)]],
    "6": [[(0.48, 0.0), (0.1, 0.5)], _arc(0.3, 0.7, 0.3, 0.3, 0, 360)],
    "7": [[(0.0, 0.0), (0.6, 0.0), (0.2, 1.0)]],
    "8": [_arc(0.3, 0.25, 0.25, 0.25, 0, 360), _arc(0.3, 0.74, 0.3, 0.26, 0, 360)],
    "9": [[(0.12, 1.0), (0.5, 0.5)], _arc(0.3, 0.3, 0.3, 0.3, 0, 360)],
}


def text_size(text: str, height: float) -> tuple[float, float]:
    """Width and height in pixels of the strokes' middle lines, for digits of this height."""
    return (_ADVANCE * (len(text) - 1) + _WIDTH) * height, height


def coverage(text: str, height: float, x: float, y: float, shape: tuple[int, int], thickness: float) -> Array:
    """(rows, columns) float, 0..1: how much of each pixel of an image the strokes of a number cover.

    Args:
        x, y: upper left corner of the first digit. shape: rows and columns. thickness: of strokes. All in pixels.
    """
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    nearest = np.full(shape, np.inf, dtype=np.float32)
    for index, digit in enumerate(text):
        for stroke in _STROKES[digit]:
            points = np.array(stroke) * height + (x + index * _ADVANCE * height, y)
            for start, end in pairwise(points):
                along = end - start
                share = ((columns - start[0]) * along[0] + (rows - start[1]) * along[1]) / max(along @ along, 1e-9)
                share = np.clip(share, 0, 1)
                distance = np.hypot(columns - start[0] - share * along[0], rows - start[1] - share * along[1])
                np.minimum(nearest, distance, out=nearest)
    return np.clip(thickness / 2 + 0.5 - nearest, 0, 1)
