"""The operators of MediaPipe's attention mesh, which TFLite does not have, in those of ONNX.

They cut turned squares around lips and eyes out of a feature map, for networks of their own, and take the points found
there back (Grishchenko et al. 2020, "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time"; semantics of
MediaPipe's operators of the same names, version 2). Matrices (N, 4, 4) map pixels of such a square to those of the
feature map; z is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .onnx_graph import OnnxGraph


def landmarks_to_matrix(onnx: OnnxGraph, inputs: Sequence[str], output: str, options: Mapping[str, Any]) -> None:
    """Matrix of the square around some of the landmarks (N, L, 3), level with the line from one of them to another.

    The turned box of the points is enlarged by `scale_x`, `scale_y`, and its corners are those of the square.
    """
    if options["target_rotation_radians"]:
        raise ValueError("only squares level with the line between two landmarks are known")
    name = _Names(onnx, output)
    size = np.array([options["output_width"], options["output_height"]], np.float32)
    scale = np.array([options["scale_x"], options["scale_y"]], np.float32) / size

    flat = onnx.emit("MatMul", [inputs[0], name.constant("flat", np.eye(3, 2))], name("points"))
    left, right, subset = (
        onnx.emit("Gather", [flat, name.indices(key, options[key])], name(f"{key}_points"), axis=1)
        for key in ("left_rotation_idx", "right_rotation_idx", "subset_idxs")
    )
    across = onnx.emit("Sub", [right, left], name("across"))
    length = onnx.emit("ReduceL2", [across], name("length"), axes=[2])
    x_axis = onnx.emit("Div", [across, length], name("x_axis"))
    y_axis = onnx.emit("MatMul", [x_axis, name.constant("quarter_turn", [[0, 1], [-1, 0]])], name("y_axis"))
    axes = onnx.emit("Concat", [x_axis, y_axis], name("axes"), axis=1)  # (N, 2, 2), an axis a row

    columns = onnx.emit("Transpose", [axes], name("columns"), perm=[0, 2, 1])
    turned = onnx.emit("MatMul", [subset, columns], name("turned"))
    low = onnx.emit("ReduceMin", [turned], name("low"), axes=[1])
    high = onnx.emit("ReduceMax", [turned], name("high"), axes=[1])
    extent = onnx.emit("Sub", [high, low], name("extent"))
    total = onnx.emit("Add", [high, low], name("total"))
    middle = onnx.emit("Mul", [total, name.constant("half", 0.5)], name("middle"))
    center = onnx.emit("MatMul", [middle, axes], name("center"))

    steps = onnx.emit("Mul", [extent, name.constant("scale", scale)], name("steps"))
    per_axis = onnx.emit("Transpose", [steps], name("per_axis"), perm=[0, 2, 1])
    scaled = onnx.emit("Mul", [axes, per_axis], name("scaled"))
    to_corner = onnx.emit("MatMul", [name.constant("corner", [size / 2]), scaled], name("to_corner"))
    corner = onnx.emit("Sub", [center, to_corner], name("corner_at"))
    rows = onnx.emit("Concat", [scaled, corner], name("rows"), axis=1)  # (N, 3, 2): transposed, without z
    tall = onnx.emit("MatMul", [name.constant("with_z", np.eye(4)[:, [0, 1, 3]]), rows], name("tall"))
    wide = onnx.emit("MatMul", [tall, name.constant("wide", np.eye(2, 4))], name("wide_rows"))
    full = onnx.emit("Add", [wide, name.constant("rest", np.diag([0, 0, 1, 1]))], name("full"))
    onnx.emit("Transpose", [full], output, perm=[0, 2, 1])


def sample_features(
    onnx: OnnxGraph, inputs: Sequence[str], output: str, options: Mapping[str, Any], height: int, width: int
) -> None:
    """The squares (N, C, h, w) of feature maps (N, C, `height`, `width`): bilinear, and zero outside of the map."""
    name = _Names(onnx, output)
    features, matrix = inputs
    rows, columns = options["output_height"], options["output_width"]
    y, x = (np.mgrid[:rows, :columns] + 0.5).reshape(2, -1)
    centers = name.constant("centers", np.stack([x, y, np.zeros_like(x), np.ones_like(x)], axis=1))
    points = _transformed(name, centers, matrix)  # (N, h * w, 2): the middle of the first pixel is at 0.5

    half = np.array([width, height]) / 2
    scaled = onnx.emit("Div", [points, name.constant("half", half)], name("scaled"))
    from_middle = onnx.emit("Sub", [scaled, name.constant("one", 1.0)], name("from_middle"))
    grid_shape = name.indices("grid_shape", [-1, rows, columns, 2])
    grid = onnx.emit("Reshape", [from_middle, grid_shape], name("grid"))
    sampled = onnx.emit("GridSample", [features, grid], name("sampled"), mode="bilinear", padding_mode="zeros")

    # GridSample fades out over the pixel around the map, the original ends at the middles of the outermost pixels.
    away = onnx.emit("Abs", [from_middle], name("away"))
    allowed = onnx.emit("LessOrEqual", [away, name.constant("limit", 1 - 0.5 / half)], name("allowed"))
    per_axis = onnx.emit("Cast", [allowed], name("inside_per_axis"), to=1)
    inside = onnx.emit("ReduceMin", [per_axis], name("inside"), axes=[2])
    mask = onnx.emit("Reshape", [inside, name.indices("mask_shape", [-1, 1, rows, columns])], name("mask"))
    onnx.emit("Mul", [sampled, mask], output)


def transform_landmarks(onnx: OnnxGraph, inputs: Sequence[str], output: str) -> None:
    """Landmarks (N, L, 2) taken from a square to the map by its matrix."""
    name = _Names(onnx, output)
    landmarks, matrix = inputs
    wide = onnx.emit("MatMul", [landmarks, name.constant("wide", np.eye(2, 4))], name("wide_rows"))
    homogeneous = onnx.emit("Add", [wide, name.constant("one", [0, 0, 0, 1])], name("homogeneous"))
    onnx.emit("Identity", [_transformed(name, homogeneous, matrix)], output)


class _Names:
    """Names of the parts of one operator, and its constants."""

    def __init__(self, onnx: OnnxGraph, output: str) -> None:
        self.onnx, self._output = onnx, output

    def __call__(self, part: str) -> str:
        return f"{self._output}_{part}"

    def constant(self, part: str, values: Any) -> str:
        return self.onnx.constant(np.asarray(values, np.float32), self(part))

    def indices(self, part: str, values: Any) -> str:
        return self.onnx.constant(np.atleast_1d(np.asarray(values, np.int64)), self(part))


def _transformed(name: _Names, homogeneous: str, matrix: str) -> str:
    """Name of the points (N, L, 2) that the matrix makes of points (L, 4) or (N, L, 4)."""
    transposed = name.onnx.emit("Transpose", [matrix], name("transposed"), perm=[0, 2, 1])
    both = name.onnx.emit("MatMul", [transposed, name.constant("without_z", np.eye(4, 2))], name("x_and_y"))
    return name.onnx.emit("MatMul", [homogeneous, both], name("transformed"))
