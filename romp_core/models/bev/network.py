"""BEV's two networks from the official checkpoint: maps of the image, and the body of a person."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...inference.providers import CPU
from ...inference.template import ONE_IMAGE, open_template
from ...inference.threads import SMALL_NETWORK_THREADS, large_network_threads
from ...typing import Array
from .checkpoint import CHECKPOINT, EMBEDDING, GRID, MAPS, PEOPLE
from .constants import camera_grid
from .peaks import MOST_PEOPLE
from .sampling import Maps

_OUTPUTS = ["center_map_3d", "cam_maps_3d", "param_features"]
_BATCH = 4
"""Squares at a time on a graphics card; on the CPU more than one is no quicker."""
_OTHER_GRID = 1e-5


class BevNetwork:
    """Square images in, maps out; features of people in, bodies out. The two may run at the same time.

    Attributes:
        provider: the onnxruntime execution provider that actually runs; remark: what the user should know of it or of
            the checkpoint. batch: squares at a time.
        embedding: (128, 128) what is added to a person's features in each depth bin.

    Raises:
        ModelError: the file is not BEV.
    """

    def __init__(self, path: Path) -> None:
        weights = CHECKPOINT.read(path)
        remark = _grid_remark(path.name, weights[GRID])
        self.embedding = np.array(weights[EMBEDDING])
        self._maps, self.provider, note = open_template(
            MAPS, weights, large_network_threads(), _BATCH, sizes_on_cpu=ONE_IMAGE
        )
        # On a graphics card so little work would only wait for the maps of the next images.
        self._people = open_template(PEOPLE, weights, SMALL_NETWORK_THREADS, MOST_PEOPLE, preferred=CPU.key).session
        self.remark = " ".join(each for each in (note, remark) if each)
        self.batch = 1 if self.provider == CPU.name else _BATCH

    def maps(self, squares: Array) -> list[Maps]:
        """Maps of squares (n, 512, 512, 3) float32 RGB, 0..255; they are views of the network's results."""
        return [Maps(*each) for each in zip(*self._maps.run(_OUTPUTS, {"image": squares}), strict=True)]

    def people(self, features: Array) -> Array:
        """(N, 128) features of people, the embedding added -> (N, 143) 22 rotations in 6D, 11 betas."""
        (params,) = self._people.run(None, {"features": features})
        return np.asarray(params)


def _grid_remark(name: str, grid: Array) -> str:
    difference = float(np.abs(grid - camera_grid()).max())
    if difference <= _OTHER_GRID:
        return ""
    return f"{name} has another camera grid than BEV (up to {difference:.2g}); it is used unchanged."
