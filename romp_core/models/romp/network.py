"""ROMP's network from the official files: the checkpoint, or the published ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import ModelError
from ...inference.network_files import open_network
from ...inference.providers import CPU
from ...inference.template import ONE_IMAGE, open_template
from ...inference.threads import large_network_threads
from ...typing import Array
from ..common.square_image import SIZE
from .checkpoint import CHECKPOINT, TEMPLATE

_OUTPUTS = ["center_maps", "params_maps"]
_BATCH = 8
"""Images at a time on a graphics card; the CPU takes one, which is no slower and shows progress sooner."""


class RompNetwork:
    """Square images in, maps out.

    Attributes:
        provider: the onnxruntime execution provider that actually runs; remark: why it is not the requested one.
        batch: images at a time.

    Raises:
        ModelError: the file is not ROMP.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() == ".onnx":
            opened = open_network(path, large_network_threads())
        else:
            weights = CHECKPOINT.read(path)
            opened = open_template(TEMPLATE, weights, large_network_threads(), _BATCH, sizes_on_cpu=ONE_IMAGE)
        self._session, self.provider, self.remark = opened
        inputs, outputs = self._session.get_inputs(), [each.name for each in self._session.get_outputs()]
        if outputs != _OUTPUTS or len(inputs) != 1 or list(inputs[0].shape[1:]) != [SIZE, SIZE, 3]:
            raise ModelError(f"{path.name} is not ROMP's network.", "Choose ROMP.onnx as published.")
        self._input = inputs[0].name
        fixed = inputs[0].shape[0]  # the published file takes one image
        self.batch = fixed if isinstance(fixed, int) else 1 if self.provider == CPU.name else _BATCH

    def __call__(self, squares: Array) -> tuple[Array, Array]:
        """Run the network.

        Args:
            squares: (batch, 512, 512, 3) float32 RGB, 0..255.

        Returns:
            center maps (batch, 1, 64, 64); parameter maps (batch, 145, 64, 64): camera 3 with the logarithm of the
            scale, rotations 22 x 6, shape 10.
        """
        centers, params = self._session.run(_OUTPUTS, {self._input: np.ascontiguousarray(squares, np.float32)})
        return centers, params
