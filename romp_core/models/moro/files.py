"""The files that MoRo needs, all of them the user's own: it has no license under which they could be offered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...checkpoints.reader import read
from ...checkpoints.state_dict import read_state_dict
from ...errors import ModelError
from ...typing import Array
from .trajectory import Statistics

CODEBOOK = "vqvae.vq_vae._embedding.weight"
TITLE = "MoRo"
"""Of the checkpoint, for messages."""
CODES = (512, 9)
NETWORKS = ("image", "motion", "decoder", "mesh_encoder", "mesh_decoder", "vit_first", "vit_second", "smoother")
_HINT = "Choose amass_cum_traj.pkl, which comes with MoRo's data: without it the network would run at a wrong scale."


def checkpoint_shapes() -> dict[str, tuple[int, ...]]:
    """Keys and shapes that a checkpoint must have: the networks' weights and the codebook."""
    from ...inference.template import template_shapes  # onnxruntime takes a while to import

    shapes: dict[str, tuple[int, ...]] = {CODEBOOK: CODES}
    for name in NETWORKS:
        shapes |= template_shapes(f"moro_{name}")
    return shapes


def read_checkpoint(path: str | Path) -> dict[str, Array]:
    """Weights by key from a Lightning checkpoint; its other contents, a body model among them, are left out.

    Raises:
        ModelError: see `checkpoints.state_dict.read_state_dict`.
    """
    return read_state_dict(path, checkpoint_shapes(), TITLE)


def read_statistics(path: str | Path | None) -> Statistics:
    """Mean and deviation of trajectories, which are not in the checkpoint.

    Raises:
        ModelError: there is no such file, or it does not hold them.
    """
    if path is None or not Path(path).is_file():
        raise ModelError("MoRo needs the statistics of trajectories, which its checkpoint does not have.", _HINT)
    found = read(path)
    if not isinstance(found, Mapping):
        raise ModelError(f"{Path(path).name} does not hold the statistics of trajectories.", _HINT)
    return Statistics(*(_nine(found.get(name), Path(path).name) for name in ("Mean", "Std")))


def _nine(values: Any, name: str) -> Array:
    array = np.asarray(values, np.float64).ravel() if isinstance(values, np.ndarray | list) else np.zeros(0)
    if array.shape != (9,) or not np.isfinite(array).all():
        raise ModelError(f"{name} does not hold the statistics of trajectories.", _HINT)
    return array.astype(np.float32)
