"""Arrays over raw bytes, checked before they are made."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..typing import Array
from .limits import MemoryBudget, RejectedFile

Buffer = bytes | bytearray | memoryview
_PLAIN_DTYPE = re.compile(r"[<>=|]?([biuf][0-9]{1,2}|[SU][1-9][0-9]{0,4})")
_MAX_AXES = 16
_FREE_LENGTH = 1 << 20
"""An axis of an empty array may claim this length: nobody would notice a loop over it."""


def plain_dtype(code: str) -> np.dtype[Any]:
    """A dtype of numbers, booleans or text. Raises RejectedFile for objects, records, dates and the like."""
    if not _PLAIN_DTYPE.fullmatch(code):
        raise RejectedFile("holds an array of an unexpected type.")
    return np.dtype(code)


def checked_shape(shape: Any, available_bytes: int) -> tuple[int, ...]:
    """The shape, if it is a short tuple of integers of plausible size. Raises RejectedFile."""
    if not isinstance(shape, tuple | list) or len(shape) > _MAX_AXES:
        raise RejectedFile("holds an array without a proper shape.")
    longest = max(available_bytes, _FREE_LENGTH)
    if not all(type(length) is int and 0 <= length <= longest for length in shape):
        raise RejectedFile("holds an array whose shape does not fit its data.")
    return tuple(shape)


def array_over(raw: Buffer, dtype: np.dtype[Any], shape: Any, fortran: bool, budget: MemoryBudget) -> Array:
    """The array whose elements are exactly these bytes: a read-only view if they are in native order.

    Raises:
        RejectedFile: shape and bytes do not fit.
    """
    shape = checked_shape(shape, len(raw))
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise RejectedFile("holds an array whose shape does not fit its data.")
    array: Array = np.ndarray(shape, dtype, memoryview(raw).toreadonly(), order="F" if fortran else "C")
    if dtype.isnative:
        return array
    budget.spend(array.nbytes)
    return array.astype(dtype.newbyteorder("="), order="K")


def strided_view(elements: Array, offset: int, shape: Sequence[int], strides: Sequence[int]) -> Array:
    """A view of a flat array by offset and strides in elements, like a torch tensor's of its storage.

    Raises:
        RejectedFile: it would reach outside, or would have more elements than it is a view of.
    """
    numbers = (offset, *shape, *strides)
    if len(shape) != len(strides) or not all(type(number) is int and number >= 0 for number in numbers):
        raise RejectedFile("holds a tensor without a proper shape.")
    shape = checked_shape(tuple(shape), elements.size)
    count = math.prod(shape)
    if count == 0:
        return np.empty(shape, elements.dtype)
    last = offset + sum((length - 1) * stride for length, stride in zip(shape, strides, strict=True))
    if last >= elements.size or count > elements.size:
        raise RejectedFile("holds a tensor that reaches beyond its data.")
    size = elements.itemsize
    steps = [min(stride, elements.size) * size for stride in strides]
    return np.ndarray(shape, elements.dtype, elements.data, offset * size, steps)
