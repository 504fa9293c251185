"""From a network in PyTorch to an ONNX graph without weights, whose initializers carry the checkpoint's names."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import onnx
import torch
from torch import nn

_OPSET = 17


class Free(NamedTuple):
    """A size that the graph leaves open; it is traced with `size`."""

    name: str
    size: int


Shape = Sequence[int | Free]


@dataclass(frozen=True)
class Template:
    """How one network is exported.

    Attributes:
        name: the file's stem.
        network: makes the network.
        inputs: name -> shape. outputs: likewise; of them, only free sizes matter.
    """

    name: str
    network: Callable[[], nn.Module]
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    opset: int = _OPSET


def export(template: Template) -> bytes:
    """The template's file; the same bytes every time."""
    torch.manual_seed(0)
    network = template.network().eval()
    for values in network.state_dict().values():
        if values.is_floating_point():
            values.uniform_(0.5, 1.5)  # the exporter merges initializers of equal values
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that keeps the names is the older one
        torch.onnx.export(
            network,
            tuple(torch.zeros([_size(each) for each in shape]) for shape in template.inputs.values()),
            file,
            dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE,  # else BatchNorm is merged, and with it the names are lost
            do_constant_folding=False,
            opset_version=template.opset,
            input_names=list(template.inputs),
            output_names=list(template.outputs),
            dynamic_axes={name: _free(shape) for name, shape in {**template.inputs, **template.outputs}.items()},
        )
    model = onnx.load_from_string(file.getvalue())
    _strip(model, keys=set(network.state_dict()))
    return model.SerializeToString(deterministic=True)


def _size(each: int | Free) -> int:
    return each.size if isinstance(each, Free) else each


def _free(shape: Shape) -> dict[int, str]:
    return {axis: each.name for axis, each in enumerate(shape) if isinstance(each, Free)}


def _strip(model: onnx.ModelProto, keys: set[str]) -> None:
    """Drop weights, remarks and long names; what remains depends on the network alone."""
    graph = model.graph
    for tensor in graph.initializer:
        if tensor.name not in keys:
            raise ValueError(f"{tensor.name} is no key of a checkpoint")
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="checkpoint")
    model.producer_version = ""
    graph.ClearField("value_info")
    kept = {"", *(each.name for each in (*graph.input, *graph.output, *graph.initializer))}
    short: dict[str, str] = {}
    for node in graph.node:
        node.ClearField("name")
        node.ClearField("doc_string")
        for values in (node.input, node.output):
            for index, name in enumerate(values):
                if name not in kept:
                    values[index] = short.setdefault(name, str(len(short)))
