"""Reads a TensorFlow Lite file into plain numpy arrays and operator records.

Only what feed-forward image networks need: one sub-graph, float constants, constants stored as half floats
(DEQUANTIZE) and constants stored block-sparse (DENSIFY). Both kinds are resolved here, so that the caller sees an
ordinary graph of dense float32 constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import tflite
from flatbuffers import flexbuffers

_DTYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
    tflite.TensorType.INT64: np.int64,
}
_OPERATOR_NAMES = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}
_INDEX_VECTORS = {
    tflite.SparseIndexVector.Int32Vector: tflite.Int32Vector,
    tflite.SparseIndexVector.Uint16Vector: tflite.Uint16Vector,
    tflite.SparseIndexVector.Uint8Vector: tflite.Uint8Vector,
}


@dataclass(frozen=True)
class Operator:
    """One operator: `inputs` and `outputs` are tensor numbers, `name` is the schema's (for example "CONV_2D").

    Operators that TFLite does not have go by their own names.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    _record: Any

    def options(self, kind: Any) -> Any:
        """The operator's options read as the schema class `kind` (for example `tflite.Conv2DOptions`)."""
        table, options = self._record.BuiltinOptions(), kind()
        options.Init(table.Bytes, table.Pos)
        return options

    def custom_options(self) -> dict[str, Any]:
        """The options by name of an operator that TFLite does not have."""
        options: dict[str, Any] = flexbuffers.Loads(self._record.CustomOptionsAsNumpy().tobytes())
        return options


class TfliteGraph:
    """The first sub-graph of a TFLite model.

    `shapes` maps tensor number to shape, `constants` to a dense array; `operators` are in execution order without
    those that only unpack constants.
    """

    def __init__(self, data: bytes) -> None:
        self._model = tflite.Model.GetRootAsModel(data, 0)
        self._graph = self._model.Subgraphs(0)
        self.inputs = tuple(int(i) for i in self._graph.InputsAsNumpy())
        self.outputs = tuple(int(i) for i in self._graph.OutputsAsNumpy())
        self.shapes: dict[int, tuple[int, ...]] = {}
        self.constants: dict[int, np.ndarray] = {}
        for number in range(self._graph.TensorsLength()):
            self._read_tensor(number)
        self.operators = self._read_operators()

    def _read_tensor(self, number: int) -> None:
        tensor = self._graph.Tensors(number)
        shape = tuple(int(n) for n in tensor.ShapeAsNumpy()) if tensor.ShapeLength() else ()
        self.shapes[number] = shape
        buffer = self._model.Buffers(tensor.Buffer())
        if not buffer.DataLength():
            return
        values = np.frombuffer(buffer.DataAsNumpy().tobytes(), _DTYPES[tensor.Type()])
        sparsity = tensor.Sparsity()
        self.constants[number] = values.reshape(shape) if sparsity is None else densify(values, shape, sparsity)

    def _read_operators(self) -> list[Operator]:
        """All operators but those that unpack constants, which are carried out here."""
        kept = []
        for index in range(self._graph.OperatorsLength()):
            raw = self._graph.Operators(index)
            code = self._model.OperatorCodes(raw.OpcodeIndex())
            name = _OPERATOR_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            if name == "CUSTOM":
                name = code.CustomCode().decode()
            inputs = tuple(int(i) for i in raw.InputsAsNumpy())
            outputs = tuple(int(i) for i in raw.OutputsAsNumpy())
            if name in ("DEQUANTIZE", "DENSIFY"):
                self.constants[outputs[0]] = self.constants[inputs[0]]
            else:
                kept.append(Operator(name, inputs, outputs, raw))
        return kept


def densify(values: np.ndarray, shape: tuple[int, ...], sparsity: Any) -> np.ndarray:
    """Expand block-sparse `values` (K,) to a dense array of `shape`.

    TFLite walks the dimensions in "traversal order", first the (blocked) dimensions, then the positions inside a
    block; each level is either dense or compressed like the rows of a CSR matrix. Positions are expanded level by
    level, all entries at once. (Schema: tensorflow/lite/schema, `SparsityParameters`.)
    """
    rank = len(shape)
    order = [int(n) for n in sparsity.TraversalOrderAsNumpy()]
    block_map = [int(n) for n in sparsity.BlockMapAsNumpy()] if sparsity.BlockMapLength() else []
    position = np.zeros(1, np.int64)  # index of the entry within its level
    coordinates: dict[int, np.ndarray] = {}  # traversed dimension -> coordinate of each entry
    block_size = np.ones(rank, np.int64)
    for level, dimension in enumerate(order):
        meta = sparsity.DimMetadata(level)
        if meta.Format() == tflite.DimensionType.DENSE:
            size = meta.DenseSize()
            parent = np.repeat(np.arange(len(position)), size)
            coordinate = np.tile(np.arange(size), len(position))
            position = position[parent] * size + coordinate
            if dimension >= rank:
                block_size[block_map[dimension - rank]] = size
        else:
            segments = _index_vector(meta.ArraySegments(), meta.ArraySegmentsType())
            parent = np.repeat(np.arange(len(position)), segments[position + 1] - segments[position])
            coordinate = _index_vector(meta.ArrayIndices(), meta.ArrayIndicesType())
            position = np.arange(len(coordinate))
        coordinates = {d: c[parent] for d, c in coordinates.items()}
        coordinates[dimension] = coordinate
    index = [coordinates[d] * block_size[d] for d in range(rank)]
    for block_dimension, dimension in enumerate(block_map):
        index[dimension] = index[dimension] + coordinates[rank + block_dimension]
    dense = np.zeros(shape, values.dtype)
    dense[tuple(index)] = values[position]
    return dense


def _index_vector(table: Any, kind: int) -> np.ndarray:
    vector = _INDEX_VECTORS[kind]()
    vector.Init(table.Bytes, table.Pos)
    return vector.ValuesAsNumpy().astype(np.int64)
