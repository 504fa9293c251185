"""Templates: committed ONNX graphs without weights, run with the arrays of the user's own checkpoint.

Initializers are named as in the checkpoint and marked external; onnxruntime takes the arrays as they lie in memory
and folds and fuses them itself. Neither torch nor a conversion is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import OrtValue

from ..errors import ModelError
from . import sessions
from .memory import low_memory
from .network_files import session_options
from .providers import AUTOMATIC
from .sessions import Opened

TEMPLATES = Path(__file__).resolve().parent / "templates"

ONE_IMAGE = {"batch": 1}
"""Sizes of a network that reads images one by one."""

# Field numbers of onnx.proto: a model's graph, a graph's initializers, a tensor's dimensions and name.
_GRAPH, _INITIALIZER, _DIMS, _NAME = 7, 5, 1, 8
_VARINT, _BYTES = 0, 2  # kinds of fields in the protobuf encoding


def open_template(
    name: str | Path,
    weights: Mapping[str, NDArray],
    threads: int,
    batch: int = 1,
    preferred: str = AUTOMATIC,
    sizes: Mapping[str, int] | None = None,
    sizes_on_cpu: Mapping[str, int] | None = None,
) -> Opened:
    """A template with a checkpoint's weights, on the best provider that runs it.

    Args:
        name: the template's, such as "romp", or the path of one elsewhere.
        weights: float32 arrays by checkpoint key, see `template_shapes`; others are ignored.
        threads: on the CPU.
        batch: the most images (or people) that will be run at a time.
        preferred: key of a provider to try first.
        sizes: values of sizes that the template leaves free, by their names; the network then takes no others.
        sizes_on_cpu: the same if the CPU runs it, see `sessions.open`.

    Raises:
        ModelError: a weight is missing or does not fit; not even the CPU runs the network.
    """
    shapes = template_shapes(name)
    for key, shape in shapes.items():
        if key not in weights or weights[key].shape != shape:
            raise ModelError("These weights are not this network's.", f"{key} is missing or is not {shape}.")
    values = [np.asarray(weights[key], np.float32, order="C") for key in shapes]
    options = session_options(threads)
    for free, size in (sizes or {}).items():
        options.add_free_dimension_override_by_name(free, size)
    options.add_external_initializers(list(shapes), [OrtValue.ortvalue_from_numpy(each) for each in values])
    with low_memory(values):
        model = _file(name).read_bytes()
        return sessions.open(model, options, preferred, batch=batch, sizes_on_cpu=sizes_on_cpu)


@cache
def template_shapes(name: str | Path) -> Mapping[str, tuple[int, ...]]:
    """Checkpoint key -> shape of every weight that a template takes, in the template's order."""
    shapes = {}
    model = memoryview(_file(name).read_bytes())
    for graph in _fields(model, _GRAPH):
        for tensor in _fields(graph, _INITIALIZER):
            (key,) = _fields(tensor, _NAME)
            shapes[bytes(key).decode()] = tuple(_numbers(tensor, _DIMS))
    return shapes


def _file(name: str | Path) -> Path:
    return name if isinstance(name, Path) else TEMPLATES / f"{name}.onnx"


def _fields(message: memoryview, field: int) -> Iterator[memoryview]:
    """The contents of one field of a protobuf message, once for every time that it occurs."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        start = at
        length, at = _varint(message, at)
        if tag & 7 == _BYTES:
            start, at = at, at + length
        elif tag & 7 != _VARINT:
            raise ValueError("templates hold numbers and byte strings only")
        if tag >> 3 == field:
            yield message[start:at]


def _numbers(message: memoryview, tag: int) -> Iterator[int]:
    for field in _fields(message, tag):
        at = 0
        while at < len(field):
            number, at = _varint(field, at)
            yield number


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, least first; and where the next thing starts."""
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at
