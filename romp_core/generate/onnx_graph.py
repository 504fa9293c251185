"""Collects the nodes and constants of an ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET = 17
_IR_VERSION = 8


class OnnxGraph:
    """A graph that grows node by node. Tensors are known by name; every name is given once."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def emit(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node; return `output`, the name of what it computes."""
        self._nodes.append(helper.make_node(kind, inputs, [output], name=f"{kind}_{output}", **attributes))
        return output

    def constant(self, values: np.ndarray, label: str) -> str:
        """Store `values` as `label`, half floats as such, with a Cast that onnxruntime folds; return `label`."""
        values = np.ascontiguousarray(values)
        if values.dtype == np.float16:
            self._constants.append(numpy_helper.from_array(values, f"{label}_half"))
            return self.emit("Cast", [f"{label}_half"], label, to=TensorProto.FLOAT)
        self._constants.append(numpy_helper.from_array(values, label))
        return label

    def model(self, name: str, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]) -> bytes:
        """The checked model, serialized; the same graph gives the same bytes."""
        model = helper.make_model(
            helper.make_graph(self._nodes, name, inputs, outputs, self._constants),
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
            producer_name="romp_core.generate",
        )
        onnx.checker.check_model(model, full_check=True)
        return model.SerializeToString(deterministic=True)
