"""Weights and pictures by formula: what the golden sets were computed from (recipe: `golden/romp/README.md`, 1 and 3).

What differs between fixture sets of one form is read from the set's `recipe.json`.
"""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.torch_files import save_torch_legacy, save_torch_zip

__all__ = [
    "formula_image",
    "formula_input",
    "formula_state_dict",
    "read_recipe",
    "save_torch_legacy",
    "save_torch_zip",
    "state_shapes",
]

_GAINS = (  # the first pattern found in the name decides
    (r"\.layer1\.\d+\.conv3\.weight$", 0.4),
    (r"\.branches\..*\.conv2\.weight$", 0.3),
    (r"\.fuse_layers\.", 0.5),
    (r"^final_layers\.\d\.1\.\d\.0\.conv2\.weight$", 0.5),
    (r"^final_layers\.1\.2\.weight$", 0.1),
    (r"^final_layers\.2\.2\.weight$", 0.25),
    (r"^final_layers\.3\.2\.weight$", 0.15),
    (r"^(det_head|param_head)\.0\.0\.conv2\.weight$", 0.5),
    (r"^(det_head|param_head)\.0\.0\.downsample\.weight$", 1.0),
    (r"^det_head\.1\.weight$", 0.12),
    (r"^transformer\.6\.weight$", 0.6),
    (r"^bv_out_layers\.2\.conv2\.weight$", 0.2),
    (r"^center_map_refiner\.", 0.1),
    (r"^cam_map_refiner\.", 0.1),
)
_USUAL_GAIN = 1.41421356


def read_recipe(folder: Path) -> dict[str, Any]:
    """What is particular to the golden set in `folder`."""
    recipe: dict[str, Any] = json.loads((folder / "recipe.json").read_text("utf-8"))
    return recipe


def state_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Checkpoint key -> shape, in the official order."""
    table = json.loads((folder / "state_dict.json").read_text("utf-8"))
    return {name: tuple(shape) for name, (shape, _) in table.items()}


def formula_state_dict(folder: Path) -> dict[str, NDArray]:
    """The checkpoint that the golden set in `folder` was computed with (float32, and int64 counters)."""
    recipe, shapes = read_recipe(folder), state_shapes(folder)
    state: dict[str, NDArray] = {}
    for name, shape in shapes.items():
        if name.endswith(".num_batches_tracked"):
            state[name] = np.zeros(shape, np.int64)
            continue
        in_norm = f"{name.rpartition('.')[0]}.running_mean" in shapes
        values = _formula_tensor(name, shape, recipe["name_prefix"], in_norm)
        for tensor, part, operation, operands in recipe["weight_overrides"]:
            if tensor == name:
                _override(values[slice(*part) if part else slice(None)], operation, np.array(operands))
        state[name] = values.astype(np.float32)
    return state


def _formula_tensor(name: str, shape: tuple[int, ...], prefix: str, in_norm: bool) -> NDArray:
    """One tensor in float64."""
    if name == "coordmap_3d":
        return _coordinates(*shape[1:4])
    z = np.random.RandomState(zlib.crc32((prefix + name).encode()) & 0xFFFFFFFF).standard_normal(shape)
    module, _, kind = name.rpartition(".")
    if kind == "running_mean":
        return 0.05 * z
    if kind == "running_var":
        return 1 + 0.1 * np.abs(z)
    if in_norm:
        return 1 + 0.05 * z if kind == "weight" else 0.05 * z
    if kind == "bias":
        return 0.01 * z
    if module == "position_embeddings":
        return 0.5 * z
    gain = next((gain for pattern, gain in _GAINS if re.search(pattern, name)), _USUAL_GAIN)
    return z * gain / np.sqrt(np.prod(shape[1:]))


def _override(values: NDArray, operation: str, operands: NDArray) -> None:
    apply = {"add": np.add, "mul": np.multiply}[operation]
    column = operands.reshape(-1, *[1] * (values.ndim - 1))
    apply(values, column, out=values)


def _coordinates(depth: int, height: int, width: int) -> NDArray:
    """(1, depth, height, width, 3): depth anchor, row, column (`spec/romp_bev.md` 9.7)."""
    ends = np.array([8, *(1 / np.tan(np.radians(30)) / np.array([1, 10, 20, 100]))])
    anchors = [
        start - k / bins * (start - end)
        for start, end, bins in zip(ends[:-1], ends[1:], (4, 50, 6, 4), strict=True)
        for k in range(1, bins + 1)
    ]
    axes = np.array(anchors), np.arange(height) / height * 2 - 1, np.arange(width) / width * 2 - 1
    assert len(anchors) == depth
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)[None]


def formula_image(height: int, width: int, add: int = 0) -> NDArray[np.uint8]:
    """(height, width, 3) uint8; `add` is the set's `formula_image_add`."""
    y, x, c = np.ogrid[:height, :width, :3]
    return ((7 * y + 13 * x + 29 * c + 3 * ((x * y) % 17) + add) % 256).astype(np.uint8)


def formula_input(add: int = 0) -> NDArray[np.float32]:
    """(1, 512, 512, 3) network input, 0..255; `add` is the set's `formula_input_add`."""
    y, x, c = np.ogrid[:512, :512, :3]
    return ((3 * y + 5 * x + (x * y) // 97 + 85 * c + add) % 256).astype(np.float32)[None]
