"""RAFT's optical flow between frames, every frame encoded once, refined on the device that computes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from onnxruntime import InferenceSession, IOBinding, OrtValue

from ...inference.template import open_template
from ...inference.threads import large_network_threads
from ...typing import Array
from ..common.square_image import SIZE
from .checkpoints import FLOW

_DEVICES = {"CUDAExecutionProvider": "cuda", "TensorrtExecutionProvider": "cuda", "DmlExecutionProvider": "dml"}
_FACTOR, _LEVELS, _BORDER = 8, 4, 10  # of the maps' resolution; of the correlations and the zeros around them


class FlowCode(NamedTuple):
    """What RAFT keeps of a frame, on the device: its features, and what the flow to the next frame starts from."""

    features: OrtValue
    hidden: OrtValue
    context: OrtValue


class OpticalFlow:
    """Flow from one image to the next.

    Attributes:
        provider: the onnxruntime execution provider that actually runs; remark: why it is not the requested one.
    """

    def __init__(
        self, weights: Mapping[str, Array], iterations: int = 20, size: tuple[int, int] = (SIZE, SIZE)
    ) -> None:
        """Args: iterations: refinements of the flow. size: height and width of all images, multiples of 64."""
        opened = [open_template(name, weights, large_network_threads(), sizes=sizes_of(*size)) for name in FLOW]
        self._encoder, self._pair, self._step, self._upsample = (each.session for each in opened)
        self.provider, self.remark = (
            opened[-1].provider,
            " ".join(dict.fromkeys(filter(None, (o.remark for o in opened)))),
        )
        self._iterations = iterations
        self._device = _device_of(opened[2].provider)
        # The correlations of a pair are large, so their memory is reused.
        self._shared = [self._allocate(each.shape) for each in self._pair.get_outputs()]
        states = self._step.get_outputs()
        self._states = [[self._allocate(each.shape) for each in states] for _ in range(2)]
        self._still = OrtValue.ortvalue_from_numpy(np.zeros(states[1].shape, np.float32))
        self._steps = [self._refining(self._states[i], self._states[1 - i]) for i in range(2)]

    def encode(self, image: Array) -> FlowCode:
        """What is kept of an image (H, W, 3) float32 RGB, 0..255."""
        binding = self._encoder.io_binding()
        binding.bind_cpu_input("image", np.ascontiguousarray(image[None], np.float32))
        for each in self._encoder.get_outputs():
            binding.bind_output(each.name, self._device)
        self._encoder.run_with_iobinding(binding)
        return FlowCode(*binding.get_outputs())

    def __call__(self, previous: FlowCode, current: FlowCode) -> Array:
        """Flow (2, 128, 128) of x, y from the previous image to the current one, in units of 8 pixels."""
        known = previous.features, current.features, previous.context
        self._pair.run_with_iobinding(_bound(self._pair, known, self._shared))
        self._step.run_with_iobinding(self._refining((previous.hidden, self._still), self._states[0]))
        for count in range(self._iterations - 1):
            self._step.run_with_iobinding(self._steps[count % 2])
        last = _bound(self._upsample, self._states[(self._iterations - 1) % 2])
        last.bind_output("small")
        self._upsample.run_with_iobinding(last)
        (flow,) = last.copy_outputs_to_cpu()
        return np.asarray(flow[0])

    def _allocate(self, shape: Sequence[int]) -> OrtValue:
        return OrtValue.ortvalue_from_shape_and_type(list(shape), np.float32, self._device)

    def _refining(self, state: Sequence[OrtValue], following: Sequence[OrtValue]) -> IOBinding:
        return _bound(self._step, (*self._shared, *state), following)


def _device_of(provider: str) -> str:
    """Where tensors stay between runs, as onnxruntime names it; the CPU where this onnxruntime makes none elsewhere."""
    device = _DEVICES.get(provider, "cpu")
    try:
        OrtValue.ortvalue_from_shape_and_type([1], np.float32, device)
    except Exception:  # noqa: BLE001 - onnxruntime's errors share no public base class
        return "cpu"
    return device


def _bound(session: InferenceSession, inputs: Sequence[OrtValue], outputs: Sequence[OrtValue] = ()) -> IOBinding:
    binding = session.io_binding()
    for each, value in zip(session.get_inputs(), inputs, strict=True):
        binding.bind_ortvalue_input(each.name, value)
    for each, value in zip(session.get_outputs(), outputs, strict=False):
        binding.bind_ortvalue_output(each.name, value)
    return binding


def sizes_of(height: int, width: int) -> dict[str, int]:
    """Free sizes of the templates for images of one size."""
    rows, columns = height // _FACTOR, width // _FACTOR
    sizes = {"batch": 1, "height": height, "width": width, "rows": rows, "columns": columns, "places": rows * columns}
    for level in range(_LEVELS):
        sizes[f"rows{level}"] = rows // 2**level + 2 * _BORDER
        sizes[f"columns{level}"] = columns // 2**level + _BORDER
    return sizes
