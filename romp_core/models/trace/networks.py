"""TRACE's networks from the three official checkpoints: from images to maps, and from cells of these to people.

They hold no state; what goes from clip to clip (the last frame's code, the recurrent state) is returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import ModelError
from ...inference.providers import CPU
from ...inference.sessions import Opened
from ...inference.template import open_template
from ...inference.threads import SMALL_NETWORK_THREADS, large_network_threads
from ...typing import Array
from ..common.square_image import SIZE
from .checkpoints import (
    BACKBONE,
    BACKBONE_CHECKPOINT,
    FLOW_CHECKPOINT,
    GRU,
    HEAD,
    REGRESSORS,
    HeadTemplates,
    head_checkpoint,
)
from .constants import CLIP
from .flow import FlowCode, OpticalFlow

_MAX_PEOPLE = 64 * CLIP

State = tuple[Array, Array]
"""Of the recurrent layers after a frame: twice (1, 32, 128, 128)."""


class FrameCode(NamedTuple):
    """What is kept of a frame: features (32, 128, 128), and what the optical flow needs."""

    features: Array
    flow: FlowCode


class TraceMaps(NamedTuple):
    """Maps of a clip, (T, ...) float32. Cameras and motions are ordered scale, y, x.

    Attributes:
        center_fv: (T, 1, 128, 128), center_3d: (T, 64, 128, 128): confidence that a person is there.
        cam_3d: (T, 3, 64, 128, 128) camera of a person found there.
        mesh: (T, 128, 128, 128) features that the regressors read, 128 channels first.
        motion_fv: (T, 3, 128, 128), motion_3d: (T, 3, 64, 128, 128): change of the camera since the frame before. Not
            zeroed: the reference sets motion_3d[0] of every clip to zero afterwards.
        cam_motion: (T, 3, 128, 128) step in the world; cam_rot: (T, 6, 128, 128) what makes the root's rotation the
            world's.
    """

    center_fv: Array
    center_3d: Array
    cam_3d: Array
    mesh: Array
    motion_fv: Array
    motion_3d: Array
    cam_motion: Array
    cam_rot: Array


class TraceNetworks:
    """The networks, one method per stage.

    Attributes:
        provider: the onnxruntime execution provider that runs the most work; remark: why it is not the requested one.

    Raises:
        ModelError: a file is not the expected checkpoint, or lacks weights, which are named.
    """

    def __init__(
        self, backbone: Path, motion: Path, head: Path, flow_iterations: int = 20, templates: HeadTemplates = HEAD
    ) -> None:
        """Args: the three checkpoints; refinements of the optical flow; templates of the head."""
        threads = large_network_threads()
        image_weights = BACKBONE_CHECKPOINT.read(backbone)
        opened = open_template(BACKBONE, image_weights, threads, CLIP, sizes={"height": SIZE, "width": SIZE})
        self._backbone, self.provider, remark = opened
        self._batch = 1 if self.provider == CPU.name else CLIP
        del image_weights
        self._flow = OpticalFlow(FLOW_CHECKPOINT.read(motion), flow_iterations)
        weights = head_checkpoint(templates).read(head)
        gru = open_template(GRU, weights, threads)
        self._gru, self._warp = gru.session, _open_warp(templates, weights, gru.provider).session
        opened_maps = open_template(templates.maps, weights, threads, CLIP)
        self._maps = opened_maps.session
        self._regressors = open_template(
            REGRESSORS, weights, SMALL_NETWORK_THREADS, _MAX_PEOPLE, preferred=CPU.key
        ).session
        remarks = (remark, self._flow.remark, gru.remark, opened_maps.remark)
        self.remark = " ".join(dict.fromkeys(each for each in remarks if each))

    def encode(self, images: Array) -> list[FrameCode]:
        """Codes of squares (n, 512, 512, 3) uint8 RGB; each frame of a video is to be encoded once."""
        codes = []
        for start in range(0, len(images), self._batch):
            squares = np.ascontiguousarray(images[start : start + self._batch], np.float32)
            (features,) = self._backbone.run(None, {"image": squares})
            codes += [FrameCode(*each) for each in zip(features, map(self._flow.encode, squares), strict=True)]
        return codes

    def flow(self, previous: FrameCode, current: FrameCode) -> Array:
        """Optical flow (2, 128, 128) of x, y, pixels of the square / 8; for a video's first frame, of it to itself."""
        return self._flow(previous.flow, current.flow)

    def temporal(self, features: Array, state: State | None = None) -> tuple[Array, State]:
        """Features with memory of the frames before.

        Args:
            features: (T + 1, 32, 128, 128), of the frame before the clip (of a video's first frame: that one again)
                and of its T frames.
            state: as returned for the clip before; None at the beginning.

        Returns:
            (T, 32, 128, 128) inputs of the maps, and the state after the clip.
        """
        previous, current = features[:-1], features[1:]
        if state is None:
            nothing = np.zeros((1, *features.shape[1:]), np.float32)
            state = self._recur(current[:1], (nothing, nothing))  # the reference shows the first frame twice
        recurrent = np.empty_like(current)
        for frame in range(len(current)):
            state = self._recur(current[frame : frame + 1], state)
            recurrent[frame] = state[1][0]
        inputs = {"current": current, "previous": previous, "recurrent": recurrent}
        (warped,) = self._warp.run(None, {name: np.ascontiguousarray(each) for name, each in inputs.items()})
        return warped, state

    def _recur(self, features: Array, state: State) -> State:
        inputs = {"features": features, "state0": state[0], "state1": state[1]}
        after0, after1 = self._gru.run(None, inputs)
        return after0, after1

    def maps(self, flow: Array, features: Array) -> TraceMaps:
        """Maps of a clip from its flows (T, 2, 128, 128) and what `temporal` gave."""
        return TraceMaps(*self._maps.run(None, {"flow": flow, "features": features}))

    def regress(self, features: Array, cams: Array) -> tuple[Array, Array]:
        """People from mesh features (N, 128) and cameras (N, 3) read at their cells.

        Returns:
            (N, 159) root in the world 6 (not used), root in the camera 6, 21 joints x 6, shape 21; (N, 3) cameras.
        """
        inputs = {"features": features, "cameras": cams}
        params, cameras = self._regressors.run(
            None, {name: np.ascontiguousarray(each, np.float32) for name, each in inputs.items()}
        )
        return params, cameras


def _open_warp(head: HeadTemplates, weights: Mapping[str, Array], provider: str) -> Opened:
    """With the deformable operator on a CPU that has it, which is faster; else by sampling, which runs anywhere."""
    threads = large_network_threads()
    if provider == CPU.name:
        try:
            return open_template(head.warp_operator, weights, threads, CLIP, preferred=CPU.key)
        except ModelError:  # an older onnxruntime
            pass
    return open_template(head.warp, weights, threads, CLIP)
