"""An ONNX file with RTMO's inputs and outputs that finds the same people in every image."""

import numpy as np
from numpy.typing import NDArray

from tests.onnx_files import onnx_file

ROWS, COLUMNS = 64, 96


def stub_network(people: NDArray | None = None, keypoints: int = 17, rows: int = ROWS, columns: int = COLUMNS) -> bytes:
    """The file.

    Args:
        people: (N, 5 + 3 * keypoints) box, score, then x, y and visibility of each keypoint, in pixels of the canvas;
            a padding row of zeros where left out.
    """
    rows_of = np.zeros((1, 5 + 3 * keypoints)) if people is None else people
    boxes, points = rows_of[None, :, :5], rows_of[None, :, 5:].reshape(1, len(rows_of), keypoints, 3)
    return onnx_file(
        {"input": ("batch", 3, rows, columns)},
        {"dets": ("batch", len(rows_of), 5), "keypoints": ("batch", len(rows_of), keypoints, 3)},
        [("Identity", ["boxes"], ["dets"]), ("Identity", ["points"], ["keypoints"])],
        {"boxes": boxes, "points": points},
    )


def standing(x: float, top: float, height: float, score: float = 0.9) -> NDArray:
    """A row for somebody who stands with arms down: middle of the body, upper edge and height in pixels."""
    limbs = [
        (0.02, 0.06),
        (0.04, 0.07),
        (0.11, 0.2),
        (0.14, 0.35),
        (0.15, 0.48),
        (0.08, 0.52),
        (0.07, 0.74),
        (0.07, 0.95),
    ]
    across, down = np.array([(0, 0.08), *((side * away, y) for away, y in limbs for side in (1, -1))]).T
    points = np.stack([x + across * height, top + down * height, np.full(17, 0.9)], axis=1)
    box = [x - 0.18 * height, top, x + 0.18 * height, top + height, score]
    return np.concatenate([box, points.ravel()])
