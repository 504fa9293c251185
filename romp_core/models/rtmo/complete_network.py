"""RTMO as a complete ONNX file, with scores, suppression and points inside (`spec/rtmo.md`, section 2)."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from ...errors import ModelError
from ...inference.network_files import open_network
from ...inference.providers import CPU
from ...inference.threads import large_network_threads
from ...typing import Array
from ...weights.archive import read_single
from .checkpoint import refuse_crowdpose
from .detections import Detections

_BATCH = 4
_LARGEST = 1 << 30


class CompleteNetwork:
    """See `RtmoNetwork`.

    Args:
        path: an ONNX file, or a zip that holds one.

    Raises:
        ModelError: the file cannot be opened, or is not RTMO with 17 keypoints.
    """

    def __init__(self, path: Path) -> None:
        content = read_single(path, ".onnx", _LARGEST) if zipfile.is_zipfile(path) else None
        self._session, self.provider, self.remark = open_network(path, large_network_threads(), _BATCH, content)
        self._name = path.name
        self._input, self.rows, self.columns, free = self._read_input(self._session.get_inputs())
        self.batch = _BATCH if free and self.provider != CPU.name else 1
        self._boxes, self._keypoints = self._read_outputs(self._session.get_outputs())

    def __call__(self, canvases: Array) -> list[Detections]:
        """See `RtmoNetwork`."""
        blue_first = np.ascontiguousarray(canvases[..., ::-1].transpose(0, 3, 1, 2), np.float32)
        boxes, keypoints = self._session.run([self._boxes, self._keypoints], {self._input: blue_first})
        refuse_crowdpose(self._name, keypoints.shape[2])
        return [
            Detections(box[:, :4], box[:, 4], points[..., :2], points[..., 2])
            for box, points in zip(boxes, keypoints, strict=True)
        ]

    def _read_input(self, inputs: Sequence[onnxruntime.NodeArg]) -> tuple[str, int, int, bool]:
        """Name, rows and columns of the one input; and whether the number of images is free."""
        shape = list(inputs[0].shape) if len(inputs) == 1 else []
        if len(shape) != 4 or shape[1] != 3 or not all(isinstance(size, int) for size in shape[2:]):
            raise self._refused()
        return inputs[0].name, shape[2], shape[3], not isinstance(shape[0], int)

    def _read_outputs(self, outputs: Sequence[onnxruntime.NodeArg]) -> tuple[str, str]:
        """Names of boxes and keypoints: by name, else by their shapes, else by their order."""
        names = [each.name for each in outputs]
        if not {"dets", "keypoints"} <= set(names):
            by_shape = [[each.name for each in outputs if _ends(each, rank, last)] for rank, last in ((3, 5), (4, 3))]
            if all(by_shape):
                names = [found[0] for found in by_shape]
            elif len(names) != 2:
                raise self._refused()
        else:
            names = ["dets", "keypoints"]
        shapes = {each.name: list(each.shape) for each in outputs}
        if len(shapes[names[0]]) not in (0, 3) or len(shapes[names[1]]) not in (0, 4):
            raise self._refused()
        if shapes[names[1]] and isinstance(count := shapes[names[1]][2], int):
            refuse_crowdpose(self._name, count)
        return names[0], names[1]

    def _refused(self) -> ModelError:
        return ModelError(f"{self._name} is not RTMO's network.", "Choose end2end.onnx as published, or its zip.")


def _ends(output: onnxruntime.NodeArg, rank: int, last: int) -> bool:
    """Whether an output has this many dimensions and this last one."""
    return len(output.shape) == rank and output.shape[-1] == last
