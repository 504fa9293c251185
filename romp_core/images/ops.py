"""The few image operations the core needs, in numpy: fast on images of `pixels`, right on any."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..typing import Array
from .pixels import compact, pixels_of

Border = Literal["black", "replicate"]

_BITS = 8
_UNIT = 1 << _BITS
"""Positions are in this part of a pixel, so that weights are small integers."""

_FINE_BITS, _STEP_BITS = 14, 5
"""Positions are added up finely and rounded to 32nds of a pixel, as OpenCV does, and so those who made the networks:
with finer steps they find a face that is turned away elsewhere."""

_OUTER, _MIDDLE = np.uint32(0x00FF_00FF), np.uint32(0x0000_FF00)
"""Red and blue, and green of a pixel."""

_HALF_OUTER, _HALF_MIDDLE = np.uint32(0x0080_0080), np.uint32(0x0080)
_FAR = 1 << 29

_STRIP = 64


def warp(image: Array, matrix: Array, width: int, height: int, border: Border = "black") -> Array:
    """Resample an image bilinearly.

    Args:
        image: (H, W, 3) uint8, at least 2 x 2 pixels.
        matrix: (2, 3), takes a pixel (column, row) of the result to a position in `image`. Integers are pixel centers.
        border: what lies outside of `image`: black, or its border pixels repeated.

    Returns:
        (height, width, 3) uint8.
    """
    pixels = pixels_of(image)
    rows, columns = pixels.shape
    (x_along, x_across), (y_along, y_across) = (_positions(line, width, height) for line in matrix)
    result = np.empty((height, width), dtype=np.uint32)
    for strip in _strips(height):
        x, y = _rounded(x_along + x_across[strip]), _rounded(y_along + y_across[strip])
        within = _is_inside(x_along, x_across[strip], columns) and _is_inside(y_along, y_across[strip], rows)
        result[strip] = _interpolate(pixels, x, y, within)
        if border == "black" and not within:
            inside = _share_inside(x, columns) * _share_inside(y, rows)
            channels = result[strip].view(np.uint8).reshape(*x.shape, 4)
            channels[:] = np.rint(channels * inside[..., None])
    return compact(result)


def _strips(height: int) -> list[slice]:
    """Rows to work on at a time: few enough for what is calculated of them to stay in the processor's cache."""
    return [slice(start, start + _STRIP) for start in range(0, height, _STRIP)]


def _positions(line: Array, width: int, height: int) -> tuple[Array, Array]:
    """Positions along one axis of an image in 16384ths of a pixel, as a sum: int32 (width,) and (height, 1)."""
    along, across = line[0] * np.arange(width), (line[1] * np.arange(height) + line[2])[:, None]
    fine = [np.rint(np.clip(part * (1 << _FINE_BITS), -_FAR, _FAR)).astype(np.int32) for part in (along, across)]
    return fine[0], fine[1]


def _rounded(fine: Array) -> Array:
    """Positions in `_UNIT`ths of a pixel, whole 32nds, from those in 16384ths, which are changed."""
    drop = _FINE_BITS - _STEP_BITS
    fine += 1 << (drop - 1)
    fine >>= drop
    fine <<= _BITS - _STEP_BITS
    return fine


def _is_inside(along: Array, across: Array, length: int) -> bool:
    """True when every sum of two such positions has a pixel on either side."""
    low, high = _rounded(np.array([along.min() + across.min(), along.max() + across.max()]))
    return bool(low >= 0 and high < (length - 1) * _UNIT)


def _share_inside(position: Array, length: int) -> Array:
    """How much of a pixel at each position is in the image, 0 to 1, along one axis."""
    return np.asarray(np.clip(np.minimum(position / _UNIT + 1, length - position / _UNIT), 0, 1), dtype=np.float32)


def _interpolate(pixels: Array, x: Array, y: Array, within: bool) -> Array:
    """Pixels (H, W) between four neighbors, at positions in `_UNIT`ths of a pixel; the border repeats.

    Args:
        within: every position has four neighbors.
    """
    rows, columns = pixels.shape
    stride = pixels.strides[0] // 4  # the memory in a row, since numpy takes from that alone
    flat = np.lib.stride_tricks.as_strided(pixels, ((rows - 1) * stride + columns,), (4,), writeable=False)
    if not within:
        x, y = np.clip(x, 0, (columns - 1) * _UNIT), np.clip(y, 0, (rows - 1) * _UNIT)
    left, top = x >> _BITS, y >> _BITS
    if not within:  # the last pixel is reached with full weight from the one before it
        left, top = np.minimum(left, columns - 2), np.minimum(top, rows - 2)
    right, below = (x - (left << _BITS)).view(np.uint32), (y - (top << _BITS)).view(np.uint32)
    both = (right * below + np.uint32(_UNIT // 2)) >> np.uint32(_BITS)
    shares = (np.uint32(_UNIT) - right - below + both, right - both, below - both, both)  # of four corners: one `_UNIT`
    at = top.astype(np.intp)
    at *= stride
    at += left
    # Two channels with a byte of room between them are weighted as one number.
    outer, middle = np.full(x.shape, _HALF_OUTER), np.full(x.shape, _HALF_MIDDLE)
    for offset, share in zip((0, 1, stride, stride + 1), shares, strict=True):
        corner = flat[offset:].take(at)
        outer += (corner & _OUTER) * share
        corner >>= np.uint32(8)
        corner &= np.uint32(255)
        corner *= share
        middle += corner
    outer >>= np.uint32(_BITS)
    outer &= _OUTER
    middle &= _MIDDLE
    outer |= middle
    return outer


def resize_cubic(image: Array, width: int, height: int) -> Array:
    """Resample a whole image bicubically (Keys 1981, a = -0.75), without smoothing when it gets smaller.

    Args:
        image: (H, W, 3) uint8.

    Returns:
        (height, width, 3) uint8.
    """
    pixels = pixels_of(image)
    rows, row_weights = _cubic_taps(pixels.shape[0], height)
    columns, column_weights = _cubic_taps(pixels.shape[1], width)
    channel_weights = np.repeat(column_weights, 4, axis=0)
    result = np.empty((height, width), dtype=np.uint32)
    for strip in _strips(height):
        low, high = rows[strip].min(), rows[strip].max() + 1
        wide = _weighted_sum(
            [pixels[low:high].take(columns[:, tap], axis=1).view(np.uint8) for tap in range(4)], channel_weights.T
        )
        whole = _weighted_sum(
            [wide.take(rows[strip, tap] - low, axis=0) for tap in range(4)], row_weights[strip].T[..., None]
        )
        result[strip] = np.clip(np.rint(whole), 0, 255).astype(np.uint8).view(np.uint32)
    return compact(result)


def _weighted_sum(parts: list[Array], weights: Array) -> Array:
    """Sum of arrays times weights, rounded to float32 after each addition as fused operations of processors do."""
    total = np.multiply(parts[0], weights[0], dtype=np.float32)
    for part, weight in zip(parts[1:], weights[1:], strict=True):
        exact = np.multiply(part, weight, dtype=np.float64)
        exact += total
        total = exact.astype(np.float32)
    return total


def _cubic_taps(source: int, target: int) -> tuple[Array, Array]:
    """(target, 4) int: the source pixels that count for each target pixel; (target, 4) float32: how much."""
    position = (np.arange(target) + 0.5) * source / target - 0.5
    first = np.floor(position).astype(int)
    x = position - first
    outer = ((-0.75 * (x + 1) + 3.75) * (x + 1) - 6) * (x + 1) + 3
    inner, next_inner = ((1.25 * far - 2.25) * far * far + 1 for far in (x, 1 - x))
    weights = np.stack([outer, inner, next_inner, 1 - outer - inner - next_inner], axis=1)
    return np.clip(first[:, None] + np.arange(-1, 3), 0, source - 1), weights.astype(np.float32)


def every_nth(image: Array, step: int) -> Array:
    """Every `step`-th row and column of an image, in memory of its own."""
    return np.ascontiguousarray(image[::step, ::step])


def longest_side_scale(width: float, height: float, longest: int) -> float:
    """Factor <= 1 that brings the longer side down to `longest` pixels."""
    return min(1.0, longest / max(width, height))
