"""Turns a TFLite image network into ONNX, number for number.

Inside, activations are channels-first (what onnxruntime's fast kernels want); the graph's input and outputs keep
TFLite's channels-last layout. Weights stay half floats in the file, with a Cast that onnxruntime folds when the session
is created. The batch axis is free where the network allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper

from . import attention_mesh
from .onnx_graph import OnnxGraph
from .tflite_graph import Operator, TfliteGraph

_BILINEAR = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
_TO_CHANNELS_FIRST = (0, 3, 1, 2)
_TO_CHANNELS_LAST = (0, 2, 3, 1)
_WINDOWS = ("CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D")


def convert(model: bytes, name: str, outputs: Mapping[str, int]) -> bytes:
    """Serialized ONNX model for a TFLite `model`.

    `outputs` gives the index in the TFLite output list of each output by name; what only the others need is
    left out. The input is called "input", float32, (N, height, width, channels). Deterministic.
    """
    return _Converter(TfliteGraph(model)).convert(name, outputs)


class _Converter:
    def __init__(self, graph: TfliteGraph) -> None:
        self.graph = graph
        self.onnx = OnnxGraph()
        self.turned: set[int] = set()  # tensors that there are in channels-last layout, too
        self.enlarged: dict[int, tuple[int, str]] = {}  # tensor -> (tensor before RESIZE_BILINEAR, name of the scales)
        self.padding: dict[int, tuple[int, np.ndarray]] = {}  # tensor -> (tensor before PAD, (4, 2) amounts)
        self.handlers: dict[str, Callable[[Operator], None]] = {
            "ADD": self._add,
            "CONCATENATION": self._concatenation,
            "CONV_2D": self._conv,
            "DEPTHWISE_CONV_2D": self._depthwise_conv,
            "DEPTH_TO_SPACE": self._depth_to_space,
            "FULLY_CONNECTED": self._fully_connected,
            "LOGISTIC": self._logistic,
            "Landmarks2TransformMatrix": self._landmarks_to_matrix,
            "MAX_POOL_2D": self._max_pool,
            "MEAN": self._mean,
            "MUL": self._mul,
            "PAD": self._pad,
            "PRELU": self._prelu,
            "RELU": self._relu,
            "RESHAPE": self._reshape,
            "RESIZE_BILINEAR": self._resize_bilinear,
            "STRIDED_SLICE": self._strided_slice,
            "TransformLandmarks": self._transform_landmarks,
            "TransformTensorBilinear": self._sample_features,
        }

    def convert(self, name: str, outputs: Mapping[str, int]) -> bytes:
        (source,) = self.graph.inputs
        tensors = {label: self.graph.outputs[index] for label, index in outputs.items()}
        self.onnx.emit("Transpose", ["input"], _tensor(source), perm=_TO_CHANNELS_FIRST)
        for operator in self._needed_for(set(tensors.values())):
            self.handlers[operator.name](operator)
        for label, number in tensors.items():
            self.onnx.emit("Identity", [self._channels_last(number)], label)
        return self.onnx.model(
            name,
            [self._value_info("input", source)],
            [self._value_info(label, number) for label, number in tensors.items()],
        )

    def _needed_for(self, tensors: set[int]) -> list[Operator]:
        """Operators that these tensors depend on, in execution order."""
        needed = []
        for operator in reversed(self.graph.operators):
            if tensors.intersection(operator.outputs):
                tensors |= set(operator.inputs)
                needed.append(operator)
        return needed[::-1]

    # Naming and small helpers

    def _value_info(self, label: str, number: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(label, TensorProto.FLOAT, ["batch", *self.graph.shapes[number][1:]])

    def _channels_last(self, number: int) -> str:
        label = _tensor(number)
        if len(self.graph.shapes[number]) != 4:
            return label
        if number not in self.turned:
            self.turned.add(number)
            self.onnx.emit("Transpose", [label], f"{label}_last", perm=_TO_CHANNELS_LAST)
        return f"{label}_last"

    def _emit_activated(self, activation: int, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        """Emit a node and the activation that TFLite fuses into it."""
        if activation == tflite.ActivationFunctionType.NONE:
            self.onnx.emit(kind, inputs, output, **attributes)
            return
        self.onnx.emit(kind, inputs, f"{output}_linear", **attributes)
        if activation == tflite.ActivationFunctionType.RELU:
            self.onnx.emit("Relu", [f"{output}_linear"], output)
        elif activation == tflite.ActivationFunctionType.RELU6:
            limits = [self.onnx.constant(np.array(limit, np.float32), f"{output}_{limit}") for limit in (0, 6)]
            self.onnx.emit("Clip", [f"{output}_linear", *limits], output)
        else:
            raise ValueError(f"activation {activation} is not known")

    def _window(self, number: int, size: tuple[int, ...], stride: tuple[int, int], same: bool) -> tuple[str, list[int]]:
        """Input name and ONNX pads for a sliding window over tensor `number`; a PAD before it is merged in."""
        before, extra = self.padding.get(number, (number, np.zeros((4, 2), np.int32)))
        begin, end = extra[1:3, 0].copy(), extra[1:3, 1].copy()
        if same:
            for axis, (length, window, step) in enumerate(
                zip(self.graph.shapes[number][1:3], size, stride, strict=True)
            ):
                total = max((-(-length // step) - 1) * step + window - length, 0)
                begin[axis] += total // 2
                end[axis] += total - total // 2
        return _tensor(before), [int(n) for n in (*begin, *end)]

    # One method per operator

    def _add(self, operator: Operator) -> None:
        activation = operator.options(tflite.AddOptions).FusedActivationFunction()
        inputs = [_tensor(i) for i in operator.inputs]
        self._emit_activated(activation, "Add", inputs, _tensor(operator.outputs[0]))

    def _concatenation(self, operator: Operator) -> None:
        axis = operator.options(tflite.ConcatenationOptions).Axis()
        (output,) = operator.outputs
        if len(self.graph.shapes[output]) == 4:
            axis = _TO_CHANNELS_FIRST.index(axis % 4)
        self.onnx.emit("Concat", [_tensor(i) for i in operator.inputs], _tensor(output), axis=axis)

    def _conv(self, operator: Operator) -> None:
        self._convolution(operator, operator.options(tflite.Conv2DOptions), (0, 3, 1, 2), group=1)

    def _depthwise_conv(self, operator: Operator) -> None:
        group = self.graph.shapes[operator.inputs[0]][3]
        self._convolution(operator, operator.options(tflite.DepthwiseConv2DOptions), (3, 0, 1, 2), group)

    def _convolution(
        self,
        operator: Operator,
        options: tflite.Conv2DOptions | tflite.DepthwiseConv2DOptions,
        kernel_order: tuple[int, ...],
        group: int,
    ) -> None:
        source, weight, bias = operator.inputs
        label = _tensor(operator.outputs[0])
        kernel = self.graph.constants[weight].transpose(kernel_order)
        size, stride = kernel.shape[2:], (options.StrideH(), options.StrideW())
        weights = [
            self.onnx.constant(kernel, f"{label}_weight"),
            self.onnx.constant(self.graph.constants[bias], f"{label}_bias"),
        ]
        activation = options.FusedActivationFunction()
        if source in self.enlarged:
            before, scales = self.enlarged[source]
            self.onnx.emit("Conv", [_tensor(before), *weights], f"{label}_small", kernel_shape=size)
            self._emit_activated(activation, "Resize", [f"{label}_small", "", scales], label, **_BILINEAR)
            return
        name, pads = self._window(source, size, stride, options.Padding() == tflite.Padding.SAME)
        layout = {"kernel_shape": size, "strides": stride, "pads": pads, "group": group}
        self._emit_activated(activation, "Conv", [name, *weights], label, **layout)

    def _depth_to_space(self, operator: Operator) -> None:
        block = operator.options(tflite.DepthToSpaceOptions).BlockSize()
        source, output = _tensor(operator.inputs[0]), _tensor(operator.outputs[0])
        self.onnx.emit("DepthToSpace", [source], output, blocksize=block, mode="DCR")

    def _fully_connected(self, operator: Operator) -> None:
        activation = operator.options(tflite.FullyConnectedOptions).FusedActivationFunction()
        source, weight, bias = operator.inputs
        label = _tensor(operator.outputs[0])
        weights = [
            self.onnx.constant(self.graph.constants[weight], f"{label}_weight"),
            self.onnx.constant(self.graph.constants[bias], f"{label}_bias"),
        ]
        self._emit_activated(activation, "Gemm", [_tensor(source), *weights], label, transB=1)

    def _logistic(self, operator: Operator) -> None:
        self.onnx.emit("Sigmoid", [_tensor(operator.inputs[0])], _tensor(operator.outputs[0]))

    def _max_pool(self, operator: Operator) -> None:
        options = operator.options(tflite.Pool2DOptions)
        size, stride = (options.FilterHeight(), options.FilterWidth()), (options.StrideH(), options.StrideW())
        source, pads = self._window(operator.inputs[0], size, stride, options.Padding() == tflite.Padding.SAME)
        label = _tensor(operator.outputs[0])
        self.onnx.emit("MaxPool", [source], label, kernel_shape=size, strides=stride, pads=pads)

    def _mean(self, operator: Operator) -> None:
        source, axes = operator.inputs
        (output,) = operator.outputs
        keep = len(self.graph.shapes[output]) == 4
        reduced = sorted(_TO_CHANNELS_FIRST.index(int(axis)) for axis in self.graph.constants[axes].ravel())
        if not keep and 1 in reduced:
            raise ValueError("only means over height and width are known")
        self.onnx.emit("ReduceMean", [_tensor(source)], _tensor(output), axes=reduced, keepdims=int(keep))

    def _mul(self, operator: Operator) -> None:
        source, factor = operator.inputs
        label = _tensor(operator.outputs[0])
        if len(self.graph.shapes[source]) == 4 or factor not in self.graph.constants:
            raise ValueError("only products of points or matrices with constants are known")
        factors = self.onnx.constant(self.graph.constants[factor], f"{label}_factors")
        self.onnx.emit("Mul", [_tensor(source), factors], label)

    def _pad(self, operator: Operator) -> None:
        """Padding of height and width before sliding windows is only remembered: those pad by themselves."""
        source, amounts = operator.inputs
        (output,) = operator.outputs
        widths = self.graph.constants[amounts]
        users = [user.name for user in self.graph.operators if output in user.inputs]
        if not widths[[0, 3]].any() and all(user in _WINDOWS for user in users):
            self.padding[output] = (source, widths)
            return
        begin, end = widths[list(_TO_CHANNELS_FIRST)].T
        label = _tensor(output)
        pads = self.onnx.constant(np.concatenate([begin, end]).astype(np.int64), f"{label}_pads")
        self.onnx.emit("Pad", [_tensor(source), pads], label)

    def _prelu(self, operator: Operator) -> None:
        source, slope = operator.inputs
        label = _tensor(operator.outputs[0])
        per_channel = self.graph.constants[slope].reshape(-1, 1, 1)
        self.onnx.emit("PRelu", [_tensor(source), self.onnx.constant(per_channel, f"{label}_slope")], label)

    def _relu(self, operator: Operator) -> None:
        self.onnx.emit("Relu", [_tensor(operator.inputs[0])], _tensor(operator.outputs[0]))

    def _reshape(self, operator: Operator) -> None:
        (output,) = operator.outputs
        label = _tensor(output)
        shape = self.onnx.constant(np.array([-1, *self.graph.shapes[output][1:]], np.int64), f"{label}_shape")
        inputs = [self._channels_last(operator.inputs[0]), shape]
        if len(self.graph.shapes[output]) != 4:
            self.onnx.emit("Reshape", inputs, label)
            return
        self.turned.add(output)
        self.onnx.emit("Reshape", inputs, f"{label}_last")
        self.onnx.emit("Transpose", [f"{label}_last"], label, perm=_TO_CHANNELS_FIRST)

    def _resize_bilinear(self, operator: Operator) -> None:
        """By scales, not sizes: onnxruntime has a blocked kernel only for that.

        Before 1x1 convolutions it is put off until after them: both are linear and the weights of a mean add up to 1,
        so the order does not matter to the result, but the convolution has a quarter of the work.
        """
        if not operator.options(tflite.ResizeBilinearOptions).HalfPixelCenters():
            raise ValueError("only half-pixel bilinear resizing is known")
        source, output = operator.inputs[0], operator.outputs[0]
        before, after = self.graph.shapes[source], self.graph.shapes[output]
        scales = np.array([1, 1, after[1] / before[1], after[2] / before[2]], np.float32)
        label = _tensor(output)
        scales_name = self.onnx.constant(scales, f"{label}_scales")
        users = [user for user in self.graph.operators if output in user.inputs]
        if all(user.name == "CONV_2D" and self.graph.shapes[user.inputs[1]][1:3] == (1, 1) for user in users):
            self.enlarged[output] = (source, scales_name)
        else:
            self.onnx.emit("Resize", [_tensor(source), "", scales_name], label, **_BILINEAR)

    def _strided_slice(self, operator: Operator) -> None:
        source, *bounds = operator.inputs
        begin, end, step = (self.graph.constants[number] for number in bounds)
        if (step != 1).any():
            raise ValueError("only slices of neighbors are known")
        label = _tensor(operator.outputs[0])
        order = list(_TO_CHANNELS_FIRST[1:])  # the batch is left whole
        limits = [
            self.onnx.constant(values.astype(np.int64), f"{label}_{name}")
            for name, values in (("begin", begin[order]), ("end", end[order]), ("axes", np.array([1, 2, 3])))
        ]
        self.onnx.emit("Slice", [_tensor(source), *limits], label)

    # Those of the attention mesh

    def _landmarks_to_matrix(self, operator: Operator) -> None:
        attention_mesh.landmarks_to_matrix(self.onnx, *_ends(operator), operator.custom_options())

    def _sample_features(self, operator: Operator) -> None:
        _, height, width, _ = self.graph.shapes[operator.inputs[0]]
        options = operator.custom_options()
        attention_mesh.sample_features(self.onnx, *_ends(operator), options, height, width)

    def _transform_landmarks(self, operator: Operator) -> None:
        attention_mesh.transform_landmarks(self.onnx, *_ends(operator))


def _ends(operator: Operator) -> tuple[list[str], str]:
    return [_tensor(number) for number in operator.inputs], _tensor(operator.outputs[0])


def _tensor(number: int) -> str:
    return f"t{number}"
