"""Boxes and labels on an image, readable in a small preview."""

from __future__ import annotations

import numpy as np

from ..typing import Array
from .colors import color_of
from .ops import cv2

_TEXT, _LINE = 0.08, 0.006
"""Height of the labels and width of the lines, as fractions of the image's longer side."""

_OUTLINE = (0, 0, 0)


def label_people(image: Array, boxes: Array, ids: list[int]) -> Array:
    """A copy of an image with a box around everyone and a label over it: 1, 2, ... in the order given.

    Args:
        image: (H, W, 3) uint8 RGB. boxes: (P, 4) left, top, right, bottom in its pixels. ids: decide the colors.
    """
    canvas = np.ascontiguousarray(image).copy()
    longest = max(canvas.shape[:2])
    line = max(2, round(_LINE * longest))
    colors = [tuple(round(255 * channel) for channel in color_of(id)) for id in ids]
    corners = np.rint(boxes).astype(int)
    for box, color in zip(corners, colors, strict=True):
        for width, shade in ((2 * line, _OUTLINE), (line, color)):
            cv2.rectangle(canvas, tuple(map(int, box[:2])), tuple(map(int, box[2:])), shade, width, cv2.LINE_AA)
    for label, (box, color) in enumerate(zip(corners, colors, strict=True), start=1):
        _write(canvas, str(label), box, color, round(_TEXT * longest), line)
    return canvas


def _write(canvas: Array, text: str, box: Array, color: tuple[int, ...], text_height: int, line: int) -> None:
    """The label above a person's box, or inside its upper edge where there is no room above."""
    font, weight = cv2.FONT_HERSHEY_SIMPLEX, round(1.6 * line)
    scale = cv2.getFontScaleFromHeight(font, text_height, weight)
    (width, height), _ = cv2.getTextSize(text, font, scale, weight)
    rows, columns = canvas.shape[:2]
    edge = 2 * line
    x = np.clip((box[0] + box[2] - width) // 2, edge, max(columns - width - edge, edge))
    above, inside = box[1] - 2 * edge, box[1] + height + 2 * edge
    y = above if above - height >= edge else min(inside, rows - edge)
    for thickness, shade in ((round(2.6 * weight), _OUTLINE), (weight, color)):
        cv2.putText(canvas, text, (int(x), int(y)), font, scale, shade, thickness, cv2.LINE_AA)
