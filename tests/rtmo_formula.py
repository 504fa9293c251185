"""RTMO's weights by formula: what its golden sets were computed from (recipe: `spec/rtmo.md`, section 6)."""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from romp_core.typing import Array

_GAINS = (  # the last pattern found in the name decides
    (r"^backbone\.stem\.conv\.conv\.weight$", 0.02),
    (r"\.(bottlenecks|blocks)\.", 0.9),
    (r"\.conv_(pose|cls)\.", 1.4),
    (r"\.out_cls\.", 4.0),
    (r"\.out_bbox\.", 0.25),
    (r"\.out_kpt_vis\.", 0.8),
    (r"\.out_pose\.", 1.0),
    (r"\bdcc\.[xy]_fc\.weight$", 0.05),
)
_AS_BUILT = re.compile(r"num_batches_tracked$|dcc\.[xy]_bins$|dim_t$|sigma_fc\.2\.scale$")


def read_set(folder: Path, name: str) -> tuple[dict[str, Any], dict[str, Array]]:
    """The recipe and the numbers of one golden set."""
    recipe: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return recipe, dict(np.load(folder / f"{name}.npz"))


def torch_sets(folder: Path) -> list[str]:
    """Names of the golden sets of the torch network."""
    return [path.stem for path in sorted(folder.glob("torch_*.json"))]


def state_shapes(folder: Path, variant: str) -> dict[str, tuple[int, ...]]:
    """Checkpoint key -> shape, in the official order."""
    table = json.loads((folder / "state_dict.json").read_text("utf-8"))
    return {name: tuple(shape) for name, shape in table[variant]["state_dict"].items()}


def formula_weights(shapes: dict[str, tuple[int, ...]], recipe: dict[str, Any]) -> dict[str, NDArray]:
    """The checkpoint (float32, and int64 counters).

    Args:
        recipe: its `salt` and `overrides` count.
    """
    state = {}
    for name, shape in shapes.items():
        values = _as_built(name, shape) if _AS_BUILT.search(name) else _tensor(name, shape, recipe["salt"])
        state[name] = np.asarray(values, np.int64 if name.endswith("num_batches_tracked") else np.float32)
    for name, values in recipe["overrides"].items():
        state[name] = np.array(values, np.float32).reshape(shapes[name])
    return state


def _as_built(name: str, shape: tuple[int, ...]) -> NDArray:
    if name.endswith("_bins"):
        return np.linspace(-0.5, 0.5, *shape)
    if name.endswith("dim_t"):
        period = 300.0 if "dcc" in name else 10000.0
        return period ** (np.arange(*shape) / shape[0])
    return np.full(shape, 0.1 if name.endswith("scale") else 0)


def _tensor(name: str, shape: tuple[int, ...], salt: str) -> NDArray:
    r = np.random.RandomState(zlib.crc32((salt + name).encode())).standard_normal(shape)
    if name.endswith("running_mean"):
        return 0.1 * r
    if name.endswith("running_var"):
        return 1 + 0.2 * np.abs(r)
    if re.search(r"\.bn\.|dcc\.pose_to_kpts\.1\.|\.norms\.", name):
        return 0.05 * r if name.endswith("bias") else 1 + 0.05 * r
    special = {"gau.gamma": (1, 0.1), "gau.beta": (0, 0.1), "gau.ln.g": (1, 0.05), "res_scale.scale": (1, 0.05),
               "dcc.pos_enc": (0, 0.3)}  # fmt: skip
    for ending, (mean, spread) in special.items():
        if name.endswith(ending):
            return mean + spread * r
    if name.endswith("bias"):
        return 0.01 * r
    gain = 1.45 if len(shape) == 4 else 1.0
    if name.startswith("neck.") and len(shape) == 4:
        gain = 1.2
    for pattern, value in _GAINS:
        if re.search(pattern, name):
            gain = value
    return gain / np.sqrt(np.prod(shape[1:])) * r
