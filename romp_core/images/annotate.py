"""Boxes and labels on an image, readable in a small preview."""

from __future__ import annotations

import numpy as np

from ..typing import Array
from .colors import color_of
from .digits import coverage, text_size

_TEXT, _LINE = 0.08, 0.006
"""Height of the labels and width of the lines, as fractions of the image's longer side."""

_OUTLINE = (0, 0, 0)

Color = tuple[int, ...]


def label_people(image: Array, boxes: Array, ids: list[int]) -> Array:
    """A copy of an image with a box around everyone and a label over it: 1, 2, ... in the order given.

    Args:
        image: (H, W, 3) uint8 RGB. boxes: (P, 4) left, top, right, bottom in its pixels. ids: decide the colors.
    """
    canvas = image.copy()
    longest = max(canvas.shape[:2])
    line = max(2, round(_LINE * longest))
    colors = [tuple(round(255 * channel) for channel in color_of(id)) for id in ids]
    corners = np.rint(boxes).astype(int)
    for box, color in zip(corners, colors, strict=True):
        _frame(canvas, box, 2 * line, _OUTLINE)
        _frame(canvas, box, line, color)
    for label, (box, color) in enumerate(zip(corners, colors, strict=True), start=1):
        _write(canvas, str(label), box, color, round(_TEXT * longest), line)
    return canvas


def _frame(canvas: Array, box: Array, width: int, color: Color) -> None:
    """The outline of a box, its line centered on the edges."""
    before, after = width // 2, width - width // 2
    left, top, right, bottom = (int(edge) for edge in box)

    def fill(x0: int, y0: int, x1: int, y1: int) -> None:
        canvas[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = color

    for y in (top, bottom):
        fill(left - before, y - before, right + after, y + after)
    for x in (left, right):
        fill(x - before, top - before, x + after, bottom + after)


def _write(canvas: Array, text: str, box: Array, color: Color, text_height: int, line: int) -> None:
    """The label above a person's box, or inside its upper edge where there is no room above."""
    weight = 1.6 * line
    width, height = text_size(text, text_height)
    rows, columns = canvas.shape[:2]
    edge = 2 * line
    x = np.clip((box[0] + box[2] - width) / 2, edge, max(columns - width - edge, edge))
    above, inside = box[1] - 2 * edge, box[1] + height + 2 * edge
    bottom = above if above - height >= edge else min(inside, rows - edge)
    # Only the part of the image around the label is painted.
    margin = 2 * edge
    top, left = max(0, int(bottom - height) - margin), max(0, int(x) - margin)
    part = canvas[top : int(bottom) + margin, left : int(x + width) + margin]
    for thickness, shade in ((2.6 * weight, _OUTLINE), (weight, color)):
        shape = part.shape[0], part.shape[1]
        opacity = coverage(text, text_height, x - left, bottom - height - top, shape, thickness)[..., None]
        part[:] = np.rint(part * (1 - opacity) + np.array(shade) * opacity)
