"""Weights of MA-HMR and a toy body by formula, as the golden sets were computed from (`spec/ma_hmr.md`, section 9)."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from romp_core.bodies.smpl.layout import EXTRA_VERTICES, N_FACES, N_VERTICES
from romp_core.bodies.smpl.model import SmplModel
from romp_core.models.ma_hmr.preprocessing import Patches

_BOXES, _BOXES_AGAIN = "bbox_embed.", "decoder.decoder.bbox_embed."
_HEADS = ("pose_head.", "shape_head.", "cam_head.", "bbox_embed.", "scale_head.", "fov_head.")
_GAINS = (
    (r"pose_head\.\d+\.layers\.5\.", 0.15),
    (r"shape_head\.\d+\.layers\.4\.", 0.5),
    (r"cam_head\.layers\.2\.", 0.6),
    (r"bbox_embed\.\d+\.layers\.2\.", 0.5),
    (r"scale_head\.layers\.3\.", 3.0),
    (r"fov_head\.layers\.3\.", 0.15),
    (r"conf_head\.", 2.5),
)
REST = np.array(
    [
        (0, -0.22, 0), (0.06, -0.31, 0), (-0.06, -0.31, 0), (0, -0.11, -0.02), (0.10, -0.69, 0), (-0.10, -0.69, 0),
        (0, 0.03, 0), (0.09, -1.10, -0.03), (-0.09, -1.10, -0.03), (0, 0.08, 0.02), (0.12, -1.16, 0.09),
        (-0.12, -1.16, 0.09), (0, 0.29, -0.01), (0.08, 0.20, -0.01), (-0.08, 0.20, -0.01), (0, 0.38, 0.04),
        (0.17, 0.23, -0.02), (-0.17, 0.23, -0.02), (0.43, 0.22, -0.04), (-0.43, 0.22, -0.04), (0.68, 0.23, -0.04),
        (-0.68, 0.23, -0.04), (0.77, 0.22, -0.06), (-0.77, 0.22, -0.06),
    ]
)  # fmt: skip


def read_case(folder: Path, name: str) -> tuple[dict[str, Any], Mapping[str, NDArray]]:
    """Recipe and arrays of a case."""
    return json.loads((folder / f"{name}.json").read_text("utf-8")), np.load(folder / f"{name}.npz")


def state_shapes(folder: Path, recipe: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Checkpoint key -> shape of the network that a case ran, SMPL's data left out."""
    table = json.loads((folder / "state_dict.json").read_text("utf-8"))
    shapes = table["state_dict"] | ({} if recipe.get("use_kid") else table["non_kid_differences"])
    side = recipe["input_size"] // 14
    found = {}
    for key in table["state_dict"]:
        if key.startswith("human_model.") or (key.startswith("fov_head.") and not recipe.get("use_fov", True)):
            continue
        found[key] = (side, side, 768) if key == "encoder_pos_embeds" else tuple(shapes[key][0])
    return found


def formula_state(folder: Path, recipe: Mapping[str, Any]) -> dict[str, NDArray]:
    """The checkpoint of a case (float32 weights, int64 tables)."""
    state: dict[str, NDArray] = {}
    for key, shape in state_shapes(folder, recipe).items():
        if key.startswith(_BOXES_AGAIN):
            state[key] = state[_BOXES + key.removeprefix(_BOXES_AGAIN)] if _BOXES in state else np.zeros(0)
        elif key in ("cam_intrinsics", "z_order_map", "y_coords", "x_coords"):
            state[key] = np.zeros(shape, np.float32 if key == "cam_intrinsics" else np.int64)
        elif key == "mean_pose":
            state[key] = (np.tile([1.0, 0, 0, 1, 0, 0], 24) + 0.1 * toy("mean_pose", (144,))).astype(np.float32)
        elif key == "mean_shape":
            mean = np.zeros(shape, np.float32)
            mean[:10] = 0.2 * toy("mean_shape", (10,))
            state[key] = mean
        else:
            state[key] = _weight(key, shape, recipe["salt"]).astype(np.float32)
    for key, values in recipe.get("overrides", {}).items():
        state[key] = np.array(values, np.float32)
    for key in [key for key in state if key.startswith(_BOXES_AGAIN)]:
        state[key] = state[_BOXES + key.removeprefix(_BOXES_AGAIN)]
    return state


def _weight(key: str, shape: tuple[int, ...], salt: str) -> NDArray:
    r = np.random.RandomState(zlib.crc32((salt + key).encode()) & 0xFFFFFFFF).standard_normal(shape)
    module, _, kind = key.rpartition(".")
    for pattern, base, scale in (
        (r".*\.gamma$", 0.5, 0.1),
        (r"(encoder_cr_token|level_embed)$", 0, 0.5),
        (r"encoder_pos_embeds$", 0, 0.2),
        (r"refpoint_embed\.weight$", 0, 1.5),
        (r"tgt_embed\.weight$", 0, 3),
        (r"fov_head\.layers\.3\.bias$", 0.9, 0.05),
    ):
        if re.match(pattern, key):
            return base + scale * r
    if "norm" in module.rpartition(".")[2]:
        return 1 + 0.05 * r if kind == "weight" else 0.05 * r
    if kind == "bias":
        return 0.01 * r
    usual = 2**0.5 if key.startswith(_HEADS) else 1.0
    gain = next((gain for pattern, gain in _GAINS if re.match(pattern, key)), usual)
    return gain / np.sqrt(np.prod(shape[1:])) * r


def padded_image(patches: Patches) -> NDArray:
    """The normalized, padded image (H, W, 3) float32 that was cut into these patches."""
    height, width = 28 * (patches.cells.max(axis=0) + 1)
    image = np.empty((height, width, 3), np.float32)
    for (row, column), pixels in zip(28 * patches.cells, patches.pixels, strict=True):
        image[row : row + 28, column : column + 28] = pixels.transpose(1, 2, 0)
    return image


def toy(name: str, shape: tuple[int, ...]) -> NDArray:
    """Random numbers of the toy body."""
    return np.random.RandomState(zlib.crc32(f"toy_smpl/{name}".encode()) & 0xFFFFFFFF).standard_normal(shape)


def toy_smpl(kid: bool = False) -> SmplModel:
    """The toy body; with `kid`, the eleventh shape direction leads to a child."""
    own = np.arange(N_VERTICES) % 24
    template = REST[own] + 0.06 * toy("v_template", (N_VERTICES, 3))
    shapedirs = 0.01 * toy("shapedirs", (N_VERTICES, 3, 10))
    if kid:
        child = 0.6 * template + 0.01 * toy("kid", (N_VERTICES, 3))
        shapedirs = np.concatenate([shapedirs, (child - child.mean(0) - template)[..., None]], axis=2)
    weights = 0.05 * np.abs(toy("weights", (N_VERTICES, 24)))
    weights[np.arange(N_VERTICES), own] += 1
    regressor = np.zeros((24, N_VERTICES))
    for joint in range(24):
        regressor[joint, np.flatnonzero(own == joint)[:32]] = 1 / 32
    as_float = {
        "v_template": template,
        "shapedirs": shapedirs,
        "posedirs": 0.002 * toy("posedirs", (N_VERTICES, 3, 207)).reshape(-1, 207).T,
        "weights": weights / weights.sum(1, keepdims=True),
        "joint_regressor": regressor,
        "extra_regressor": np.zeros((26, N_VERTICES)),
    }
    return SmplModel(
        **{name: np.ascontiguousarray(values, np.float32) for name, values in as_float.items()},
        faces=np.zeros((N_FACES, 3), np.int32),
        extra_vertices=np.array(EXTRA_VERTICES),
    )
