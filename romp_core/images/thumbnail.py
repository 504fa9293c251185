"""Small copies of images, and their way to disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..storage.atomic import write_bytes
from ..storage.take_file import write_error
from ..typing import Array
from .ops import cv2, longest_side_scale


def thumbnail(image: Array, longest: int) -> Array:
    """A copy of an image (H, W, 3) whose longer side has at most `longest` pixels.

    Raises:
        ModelError: OpenCV is missing.
    """
    if cv2 is None:
        raise ModelError(
            "The preview of people needs OpenCV, which does not exist for this system.",
            "Limit the number of people instead, or shorten the range to where the person is alone.",
        )
    height, width = image.shape[:2]
    scale = longest_side_scale(width, height, longest)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA))


def write_png(image: Array, path: Path) -> None:
    """Write an image (H, W, 3) uint8 RGB. Raises TakeError when the file cannot be written."""
    data = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1]
    try:
        write_bytes(path, data.tobytes())  # OpenCV's own writing fails on paths that are not ASCII
    except OSError as error:
        raise write_error(path, error) from error
