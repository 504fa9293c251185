"""A picture in which everybody has a frame in their color and a number that is readable in a small preview."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..storage.take_file import write_error
from ..typing import Array
from .colors import color_of
from .ops import cv2, longest_side_scale

LONGEST_SIDE = 1280
"""Of the written picture, in pixels."""

_DIGITS, _LINE = 0.08, 0.006
"""Height of the digits and width of the frames, as shares of the picture's longer side."""

_DARK = (0, 0, 0)


def shrunk(image: Array, longest: int) -> Array:
    """The picture (H, W, 3), not larger than that, in memory of its own. Raises ModelError where OpenCV is missing."""
    if cv2 is None:
        raise ModelError(
            "The numbered preview needs OpenCV, which does not exist for this system.",
            "Choose by number of people, or shorten the range to where the person is alone.",
        )
    height, width = image.shape[:2]
    scale = longest_side_scale(width, height, longest)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA))


def numbered_picture(image: Array, boxes: Array, ids: list[int]) -> Array:
    """Frame and number people, from 1 in the order given.

    Args:
        image: (H, W, 3) uint8 RGB. boxes: (P, 4) left, top, right, bottom in its pixels. ids: decide the colors.
    """
    picture = np.ascontiguousarray(image).copy()
    longest = max(picture.shape[:2])
    line = max(2, round(_LINE * longest))
    colors = [tuple(round(255 * share) for share in color_of(id)) for id in ids]
    corners = np.rint(boxes).astype(int)
    for box, color in zip(corners, colors, strict=True):
        for width, shade in ((2 * line, _DARK), (line, color)):
            cv2.rectangle(picture, tuple(map(int, box[:2])), tuple(map(int, box[2:])), shade, width, cv2.LINE_AA)
    for number, (box, color) in enumerate(zip(corners, colors, strict=True), start=1):
        _write_number(picture, str(number), box, color, round(_DIGITS * longest), line)
    return picture


def _write_number(picture: Array, text: str, box: Array, color: tuple[int, ...], digits: int, line: int) -> None:
    """The number over the person's frame, or in its upper part where there is no room over it."""
    font, weight = cv2.FONT_HERSHEY_SIMPLEX, round(1.6 * line)
    scale = cv2.getFontScaleFromHeight(font, digits, weight)
    (width, height), _ = cv2.getTextSize(text, font, scale, weight)
    rows, columns = picture.shape[:2]
    edge = 2 * line
    x = np.clip((box[0] + box[2] - width) // 2, edge, max(columns - width - edge, edge))
    over, inside = box[1] - 2 * edge, box[1] + height + 2 * edge
    y = over if over - height >= edge else min(inside, rows - edge)
    for thickness, shade in ((round(2.6 * weight), _DARK), (weight, color)):
        cv2.putText(picture, text, (int(x), int(y)), font, scale, shade, thickness, cv2.LINE_AA)


def write_png(picture: Array, path: Path) -> None:
    """Write an RGB picture. Raises TakeError when it cannot be written."""
    data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.tobytes())  # OpenCV's own writing fails on names with letters of other scripts
    except OSError as error:
        raise write_error(path, error) from error
