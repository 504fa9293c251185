"""Weights, connections and inputs by formula: what the golden set of MoRo was computed from (`spec/moro.md`, 7)."""

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_GAINS = (("_traj_regressor.weight", 0.15), ("_pose_regressor.weight", 3.0), ("ts_attn", 2.0))
PREFIX = "mask_transformer.dst_former."
POOLS = ("pool0", "pool1", "pool2", "pool3", "pool4", "pool5", "pool6")
UNPOOLS = ("unpool6", "unpool5", "unpool4", "unpool3", "unpool2", "unpool1", "unpool0")
TOY = (60, 30, 30, 15, 15, 8, 8, 8, 15, 15, 30, 30, 60, 60)
"""Vertices after each layer of the toy mesh."""


CHANNELS = (3, 32, 32, 64, 64, 128, 128, 9, 128, 128, 64, 64, 32, 32, 3)
"""Of the mesh, and after each layer of the tokenizer."""


def cases(folder: Path) -> dict[str, Any]:
    """The recipe of the set in `folder`."""
    found: dict[str, Any] = json.loads((folder / "cases.json").read_text("utf-8"))
    return found


def normal(key: str, shape: Iterable[int]) -> NDArray:
    """Standard normal numbers that a key stands for, float64."""
    seed = zlib.crc32(key.encode()) & 0xFFFFFFFF
    return np.asarray(np.random.RandomState(seed).standard_normal(tuple(shape)))


def formula_weights(shapes: Mapping[str, tuple[int, ...]], salt: str, case: str = "") -> dict[str, NDArray]:
    """float32 weights of these names and shapes; `case` is that of a `generate_*` file."""
    return {
        name: _tensor(name, shape, salt if _plain(name) else salt + case).astype(np.float32)
        for name, shape in shapes.items()
    }


def _plain(name: str) -> bool:
    return name.startswith(("vqvae.", "smoother."))


def _tensor(name: str, shape: tuple[int, ...], salt: str) -> NDArray:
    if name == "mask_transformer.token_emb.weight":
        code = _tensor("vqvae.vq_vae._embedding.weight", (shape[0] - 1, shape[1]), salt)
        return np.concatenate([code, np.zeros((1, shape[1]))])
    r = normal(salt + name, shape)
    fan_in = float(np.prod(shape[1:]))
    last = name.rpartition(".")[2]
    if name.startswith("vqvae."):
        return r * _tokenizer_gain(last, shape)
    if name == "smoother.alpha":
        return np.full(shape, 0.4)
    if name.endswith("pos_embed"):
        return 0.2 * r
    if name.endswith("pos_enc"):
        return 0.3 * r
    if re.search(r"norm\w*\.", name):
        return 1 + 0.05 * r if last == "weight" else 0.05 * r
    if last.endswith("bias"):
        return _bias(name, 0.01 * r)
    gain = next((gain for part, gain in _GAINS if part in name), 1.0) if name.startswith(PREFIX) else 1.0
    return r * gain / np.sqrt(fan_in)


def _tokenizer_gain(name: str, shape: tuple[int, ...]) -> float:
    if name.startswith("w_weights"):
        return 1.5 / float(np.sqrt(shape[1] * shape[2]))
    if name.startswith("weights"):
        return 1.2 / float(np.sqrt(CHANNELS[int(name.removeprefix("weights"))]))
    if name.startswith("p_neighbors"):
        return 1.0
    return 0.05 if name.startswith("bias") else 0.5


def _bias(name: str, values: NDArray) -> NDArray:
    if name.endswith(("img_traj_regressor.bias", "d_traj_regressor.bias")):
        values[[0, 4]] += 1
    if name.endswith("d_traj_regressor.bias"):
        values[8] += 4
    return values


def statistics() -> tuple[NDArray, NDArray]:
    """Mean and deviation of trajectories."""
    mean = np.array([1, 0, 0, 0, 1, 0, 0, 0, 0.0]) + 0.01 * normal("moro/traj_mean", (9,))
    return mean.astype(np.float32), (0.02 + 0.01 * np.abs(normal("moro/traj_std", (9,)))).astype(np.float32)


def toy_connections() -> list[NDArray[np.int64]]:
    """Neighbors (vertices, slots) of each of the 14 layers."""
    sizes = (TOY[0], *TOY)
    return [toy_neighbors(after, before) for before, after in pairwise(sizes)]


def toy_neighbors(after: int, before: int) -> NDArray[np.int64]:
    """(after, 5) neighbors among `before` vertices, `before` where a slot is unused."""
    vertex, slot = np.arange(after)[:, None], np.arange(5)
    near = (vertex * before // after + slot) % before
    return np.where(slot < 3 + vertex % 3, near, before)
