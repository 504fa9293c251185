"""Small ONNX files, written byte by byte (field numbers of onnx.proto): for tests of what opens them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Shape = Sequence[int | str]
_FLOAT, _IR, _OPSET = 1, 8, 17


def onnx_file(
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    nodes: Sequence[tuple[str, Sequence[str], Sequence[str]]],
    constants: Mapping[str, NDArray] | None = None,
) -> bytes:
    """A model of float tensors.

    Args:
        inputs, outputs: shapes by name; a text stands for a free size.
        nodes: operation, inputs, outputs. constants: float32 arrays that nodes read, by name.
    """
    graph = b"".join(
        _field(1, b"".join([*(_text(1, each) for each in taken), *(_text(2, each) for each in given), _text(4, kind)]))
        for kind, taken, given in nodes
    )
    graph += _text(2, "graph")
    graph += b"".join(_field(5, _tensor(name, array)) for name, array in (constants or {}).items())
    graph += b"".join(_field(11, _value(*each)) for each in inputs.items())
    graph += b"".join(_field(12, _value(*each)) for each in outputs.items())
    return _number(1, _IR) + _field(7, graph) + _field(8, _text(1, "") + _number(2, _OPSET))


def network_of(operation: str, shape: Shape) -> bytes:
    """One operation with one input and one output of the same shape."""
    return onnx_file({"input": shape}, {"output": shape}, [(operation, ["input"], ["output"])])


def _tensor(name: str, array: NDArray) -> bytes:
    values = np.ascontiguousarray(array, np.float32)
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, _FLOAT) + _text(8, name) + _field(9, values.tobytes())


def _value(name: str, shape: Shape) -> bytes:
    dims = (_text(2, size) if isinstance(size, str) else _number(1, size) for size in shape)
    tensor = _number(1, _FLOAT) + _field(2, b"".join(_field(1, dim) for dim in dims))
    return _text(1, name) + _field(2, _field(1, tensor))


def _text(field: int, text: str) -> bytes:
    return _field(field, text.encode())


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    groups = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])
