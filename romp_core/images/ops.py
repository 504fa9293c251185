"""The few image operations the core needs: OpenCV where it is installed, else numpy with the same results."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ..typing import Array

cv2: Any
try:
    import cv2
except ImportError:  # Windows on ARM has no OpenCV wheel: PyAV decodes there, numpy resamples
    cv2 = None

Border = Literal["black", "replicate"]


def warp(image: Array, matrix: Array, width: int, height: int, border: Border = "black") -> Array:
    """Resample an image bilinearly.

    Args:
        image: (H, W, C) uint8; a view with reversed channels (BGR read as RGB) costs no copy of the whole image.
        matrix: (2, 3), takes a pixel (column, row) of the result to a position in `image`. Integers are pixel centers.
        border: what lies outside of `image`: black, or its border pixels repeated.

    Returns:
        (height, width, C) uint8.
    """
    if cv2 is None:
        return _warp_numpy(image, matrix, width, height, border)
    reversed_channels = _reversed_channels(image)
    result = cv2.warpAffine(
        image[..., ::-1] if reversed_channels else image,
        np.asarray(matrix, dtype=np.float64),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT if border == "black" else cv2.BORDER_REPLICATE,
    )
    return cv2.cvtColor(result, cv2.COLOR_BGR2RGB) if reversed_channels else result


def _warp_numpy(image: Array, matrix: Array, width: int, height: int, border: Border) -> Array:
    rows, columns = image.shape[:2]
    across, down = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    m = np.asarray(matrix, dtype=np.float32)
    x = m[0, 0] * across + m[0, 1] * down + m[0, 2]
    y = m[1, 0] * across + m[1, 1] * down + m[1, 2]
    # Further out than one pixel, everything is as it is one pixel out; clipping keeps the integers small.
    x, y = np.clip(x, -1, columns), np.clip(y, -1, rows)
    left, top = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    right_weight, bottom_weight = (x - left)[..., None], (y - top)[..., None]

    def pixels(column: Array, row: Array) -> Array:
        values = image[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)].astype(np.float32)
        if border == "black":
            values[(row < 0) | (row >= rows) | (column < 0) | (column >= columns)] = 0
        return values

    upper = pixels(left, top) * (1 - right_weight) + pixels(left + 1, top) * right_weight
    lower = pixels(left, top + 1) * (1 - right_weight) + pixels(left + 1, top + 1) * right_weight
    return np.rint(upper * (1 - bottom_weight) + lower * bottom_weight).astype(np.uint8)


def resize_cubic(image: Array, width: int, height: int) -> Array:
    """Resample a whole image bicubically (a = -0.75), without smoothing when it gets smaller.

    Args:
        image: (H, W, C) uint8; a view with reversed channels costs no copy.

    Returns:
        (height, width, C) uint8.
    """
    if cv2 is None:
        down, across = (_cubic_matrix(*sizes) for sizes in ((image.shape[0], height), (image.shape[1], width)))
        wide = np.einsum("xi,yic->yxc", across, image.astype(np.float32), optimize=True)
        return np.clip(np.rint(np.einsum("yi,ixc->yxc", down, wide, optimize=True)), 0, 255).astype(np.uint8)
    reversed_channels = _reversed_channels(image)
    source = image[..., ::-1] if reversed_channels else image
    result = cv2.resize(source, (width, height), interpolation=cv2.INTER_CUBIC)
    return cv2.cvtColor(result, cv2.COLOR_BGR2RGB) if reversed_channels else result


def _cubic_matrix(source: int, target: int) -> Array:
    """(target, source) float32: how much each source pixel counts for each target pixel (Keys 1981, a = -0.75)."""
    position = (np.arange(target) + 0.5) * source / target - 0.5
    first = np.floor(position).astype(int) - 1
    taps = first[:, None] + np.arange(4)
    far = np.abs(position[:, None] - taps)
    near = (1.25 * far - 2.25) * far * far + 1
    outer = -0.75 * (((far - 5) * far + 8) * far - 4)
    matrix = np.zeros((target, source), dtype=np.float32)
    np.add.at(matrix, (np.arange(target)[:, None], np.clip(taps, 0, source - 1)), np.where(far <= 1, near, outer))
    return matrix


def every_nth(image: Array, step: int) -> Array:
    """Every `step`-th row and column of an image, in memory of its own."""
    # Copying whole rows is quick; picking columns, or reversing channels, would not be.
    rows = image[::step, :, ::-1].copy()[..., ::-1] if _reversed_channels(image) else image[::step].copy()
    return rows[:, ::step]


def turn(image: Array, clockwise_degrees: int) -> Array:
    """The image turned by a multiple of 90 degrees, in memory as it is shown; other angles are taken as no turn."""
    quarters = clockwise_degrees // 90 % 4 if clockwise_degrees % 90 == 0 else 0
    if not quarters:
        return image
    if cv2 is None:
        return np.ascontiguousarray(np.rot90(image, -quarters))
    code = (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)[quarters - 1]
    if _reversed_channels(image):
        return cv2.rotate(image[..., ::-1], code)[..., ::-1]
    return np.asarray(cv2.rotate(image, code))


def _reversed_channels(image: Array) -> bool:
    """True for a view that reads BGR as RGB; OpenCV would copy all of it."""
    return image.strides[2] < 0


def longest_side_scale(width: int, height: int, longest: int) -> float:
    """Factor <= 1 that brings the longer side down to `longest` pixels."""
    return min(1.0, longest / max(width, height))
