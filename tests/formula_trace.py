"""TRACE's three checkpoints, body and inputs by formula (recipe: `golden/trace/README.md`)."""

import json
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.formula import read_recipe

FILES = {"backbone": "trace_image_backbone.pkl", "raft": "trace_motion_backbone.pth", "head": "trace_head.pkl"}
"""Name of each checkpoint, by the part of TRACE it holds."""

_GAINS: dict[str, tuple[tuple[str, float], ...]] = {  # the first that the name begins with decides
    "backbone": (("", 0.65),),
    "raft": (("module.update_block.", 0.6), ("", 1.0)),
    "head": (
        ("feature_offset_predictor.", 0.4),
        ("det_head.1.", 0.5),
        ("motion_head.2.", 0.02),
        ("cam_motion_head.6.", 0.02),
        ("cam_rot_head.1.", 0.1),
        ("temp_trans_regressor.out_layers.", 0.3),
        ("temp_globalrot_regressor.out_layers.", 0.3),
        ("temp_smplpose_regressor.out_layers.", 0.3),
        ("", 1.0),
    ),
}
_SCALED = {
    "center_map_refiner2.0.bn2.": 0.003,
    "cam_map_refiner.0.bn2.": 0.1,
    "motion_map_refiner.0.bn2.": 0.01,
    "bv_motion_out_layers.2.bn2.": 0.01,
}
_UPRIGHT = [1, 0, 0, 1, 0, 0]
_ADDED = {
    "temp_trans_regressor.out_layers.0.bias": [0.45, 0, 0],
    "temp_globalrot_regressor.out_layers.0.bias": _UPRIGHT,
    "temp_globalrot_regressor.out_layers.1.bias": _UPRIGHT,
    "temp_smplpose_regressor.out_layers.0.bias": _UPRIGHT * 21,
}
_REST_JOINTS = """0 0 0 .06 -.09 0 -.06 -.09 0 0 .1 -.02 .1 -.46 0 -.1 -.46 0 0 .24 0 .09 -.88 -.03 -.09 -.88 -.03
0 .29 .02 .12 -.94 .09 -.12 -.94 .09 0 .5 -.02 .08 .41 0 -.08 .41 0 0 .57 .04 .17 .44 -.01 -.17 .44 -.01
.43 .43 -.03 -.43 .43 -.03 .68 .44 -.03 -.68 .44 -.03 .76 .43 -.04 -.76 .43 -.04"""
_PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
_VERTICES = 6890
_EXTRA_VERTICES = [
    *(332, 6260, 2800, 4071, 583, 3216, 3226, 3387, 6617, 6624, 6787),
    *(2746, 2319, 2445, 2556, 2673, 6191, 5782, 5905, 6016, 6133),  # finger tips
]


def formula_trace_state(folder: Path, part: str) -> dict[str, NDArray]:
    """The checkpoint of one part of TRACE that the golden set in `folder` was computed with."""
    recipe = read_recipe(folder)
    shapes = json.loads((folder / f"state_dict_{part}.json").read_text("utf-8"))
    state = {}
    for name, shape in shapes.items():
        if name.endswith(".num_batches_tracked"):
            state[name] = np.zeros(shape, np.int64)
        else:
            values = _tensor(name, tuple(shape), part, shapes, recipe["name_prefix"])
            state[name] = np.asarray(values * _scale(name) + _offset(name, recipe), np.float32)
    return state


def formula_normal(folder: Path, key: str, shape: tuple[int, ...], scale: float = 1, add: float = 0) -> NDArray:
    """An input of the golden set in `folder`, float32; `key` without the leading `input:`."""
    n = _random(read_recipe(folder)["name_prefix"] + f"input:{key}").standard_normal(shape)
    return (n * scale + add).astype(np.float32)


def formula_picture(folder: Path) -> NDArray[np.uint8]:
    """(1, 256, 256, 3), the backbone's input."""
    rng = _random(read_recipe(folder)["name_prefix"] + "input:backbone")
    return rng.randint(0, 256, (1, 256, 256, 3)).astype(np.uint8)


def _tensor(name: str, shape: tuple[int, ...], part: str, shapes: dict[str, list[int]], prefix: str) -> NDArray:
    """One tensor in float64, before what the recipe changes afterwards."""
    if name == "coordmap_3d":
        _, depth, height, width, _ = shape
        axes = np.zeros(depth), np.arange(height) / height * 2 - 1, np.arange(width) / width * 2 - 1
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)[None]
    key = name.replace(".norm3.", ".downsample.1.") if part == "raft" else name
    n = _random(prefix + key).standard_normal(shape)
    module, _, kind = name.rpartition(".")
    if module == "position_embeddings":
        return 0.02 * n
    if kind == "running_mean":
        return 0.05 * n
    if kind == "running_var":
        return 1 + 0.1 * np.abs(n)
    if f"{module}.running_mean" in shapes:
        return 1 + 0.05 * n if kind == "weight" else 0.05 * n
    if kind == "bias":
        return 0.01 * n
    gain = next(gain for start, gain in _GAINS[part] if name.startswith(start))
    return n * gain / np.sqrt(np.prod(shape[1:]))


def _scale(name: str) -> float:
    """Of the weight and the bias of some norm layers."""
    changed = name.endswith((".weight", ".bias"))
    return next((scale for start, scale in _SCALED.items() if changed and name.startswith(start)), 1.0)


def _offset(name: str, recipe: dict) -> NDArray:
    if name == "det_head.1.bias":
        return np.array([recipe["det_head_bias_add"], *[0] * 6], float)
    return np.array(_ADDED.get(name, 0), float)


def formula_trace_body(folder: Path) -> dict[str, NDArray]:
    """The synthetic body of the golden set in `folder`, by the keys of the packed SMPL file; it has no faces."""
    prefix = read_recipe(folder)["name_prefix"] + "smpl:"
    joints = np.array(_REST_JOINTS.split(), float).reshape(24, 3)
    owner = np.arange(_VERTICES) % 24
    parent = np.maximum(np.array(_PARENTS), 0)[owner]
    share = _random(f"{prefix}weights").uniform(0.6, 1.0, _VERTICES)
    weights = np.zeros((_VERTICES, 24))
    np.add.at(weights, (np.arange(_VERTICES), owner), share)
    np.add.at(weights, (np.arange(_VERTICES), parent), 1 - share)

    template = joints[owner] + 0.04 * _random(f"{prefix}v_template").standard_normal((_VERTICES, 3))
    values = {
        "v_template": template,
        "shapedirs": 0.01 * _random(f"{prefix}shapedirs").standard_normal((_VERTICES, 3, 10)),
        "posedirs": 0.001 * _random(f"{prefix}posedirs").standard_normal((207, 3 * _VERTICES)),
        "weights": weights,
        **_regressors(prefix, owner),
    }
    return {
        **{name: array.astype(np.float32) for name, array in values.items()},
        "kintree_table": np.array(_PARENTS, np.int64),
        "extra_joints_index": np.array(_EXTRA_VERTICES, np.int64),
    }


def _regressors(prefix: str, owner: NDArray) -> dict[str, NDArray]:
    def rows(name: str, count: int, chosen: int, pick) -> NDArray:
        rng, matrix = _random(prefix + name), np.zeros((count, _VERTICES))
        for index, row in enumerate(matrix):
            columns = pick(rng, index)[:chosen]
            shares = rng.uniform(0.5, 1.5, chosen)
            row[columns] = shares / shares.sum()
        return matrix

    regressed = (2, 1, 12, 15, 15, 0, 6, 9, 15)
    return {
        "J_regressor": rows("J_regressor", 24, 20, lambda _, i: np.flatnonzero(owner == i)),
        "J_regressor_extra9": rows(
            "J_regressor_extra9", 9, 12, lambda rng, i: rng.permutation(np.flatnonzero(owner == regressed[i]))
        ),
        "J_regressor_h36m17": rows("J_regressor_h36m17", 17, 16, lambda rng, _: rng.permutation(_VERTICES)),
    }


def _random(key: str) -> np.random.RandomState:
    return np.random.RandomState(zlib.crc32(key.encode()) & 0xFFFFFFFF)
