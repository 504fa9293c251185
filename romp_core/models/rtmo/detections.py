"""What RTMO finds in one image, and which of it to believe (`spec/rtmo.md`, 3.2 and 3.3)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ...typing import Array

SCORE_THRESHOLD = 0.3
"""Lowest score of a person: nobody should be missed, and tracking removes who is there for a moment only."""

SAME_PERSON_IOU = 0.45


@dataclass(frozen=True)
class Detections:
    """The N people of one image.

    Attributes:
        boxes: (N, 4) left, top, right, bottom in pixels; they may reach beyond the image.
        scores: (N,) 0..1.
        keypoints: (N, 17, 2) pixels, COCO's; they may lie outside of box and image.
        visibility: (N, 17) probability of being visible, which says little of how exact the position is.
        spread: (N, 17, 2) standard deviation of the position in pixels, which does; None where the file is a complete
            network, which does not give it.
    """

    boxes: Array
    scores: Array
    keypoints: Array
    visibility: Array
    spread: Array | None = None

    def __len__(self) -> int:
        return len(self.scores)

    def only(self, rows: Array) -> Detections:
        """The people of these rows."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        kept: dict[str, Any] = {name: None if array is None else array[rows] for name, array in arrays.items()}
        return Detections(**kept)

    def enlarged(self, ratio: float) -> Detections:
        """In the pixels of an image of which these are of a copy, `ratio` times as large."""
        spread = None if self.spread is None else self.spread / ratio
        return Detections(self.boxes / ratio, self.scores, self.keypoints / ratio, self.visibility, spread)


def distinct(found: Detections, score: float = SCORE_THRESHOLD, iou: float = SAME_PERSON_IOU) -> Detections:
    """Everybody once, best first.

    The reference counts pixels, so a box is a pixel wider than its corners are apart; and it takes the numbers of those
    kept for rows of all, which is only right where rows are sorted. Here they are the right rows.

    Args:
        score: lowest score, exclusive; padding rows of exported networks have none.
        iou: overlap beyond which two boxes are of one person.
    """
    return found.only(distinct_rows(found.boxes, found.scores, score, iou))


def distinct_rows(boxes: Array, scores: Array, score: float, iou: float) -> Array:
    """Rows of `distinct`."""
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((scores > score) & np.isfinite(boxes).all(axis=1))
    return np.asarray(rows[suppressed(boxes[rows], scores[rows], iou, pixel=1.0)])


def suppressed(boxes: Array, scores: Array, iou: float, pixel: float = 0.0) -> Array:
    """Rows that greedy non-maximum suppression keeps, best first; of equal scores the last row first.

    Args:
        boxes: (N, 4) left, top, right, bottom; scores: (N,).
        iou: overlap beyond which the one with the lower score is dropped.
        pixel: by how much boxes are larger than their corners are apart.
    """
    left = np.argsort(scores)[::-1]
    sizes = np.clip(boxes[:, 2:] - boxes[:, :2] + pixel, 0, None)
    areas = sizes.prod(axis=1)
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        low, high = np.maximum(boxes[best, :2], boxes[left, :2]), np.minimum(boxes[best, 2:], boxes[left, 2:])
        shared = np.clip(high - low + pixel, 0, None).prod(axis=1)
        union = areas[best] + areas[left] - shared
        left = left[shared <= iou * union]
    return np.array(kept, dtype=int)
