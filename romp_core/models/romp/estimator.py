"""ROMP as a `FrameModel`: square images, network, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...bodies.smpl.model import SmplModel
from ...geometry.projection import root_from_pixels
from ...geometry.skeleton import forward_kinematics
from ...typing import Array
from ..common.body_skeleton import template_joints
from ..common.cameras import PINHOLE, project_weak, to_square_px
from ..common.frame_estimator import FrameDetections
from ..common.square_image import SIZE, Padding, to_image, to_square
from .decode import Parameters, decode
from .network import RompNetwork
from .peaks import Peaks, find_peaks, sample

CENTER_THRESHOLD = 0.25
"""Lowest height of a peak in the center map that counts as a person."""


@dataclass(frozen=True)
class Squares:
    """Images as the network reads them, all padded alike.

    Attributes:
        pixels: (batch, 512, 512, 3) float32; the rows from `count` on are empty.
    """

    pixels: Array
    count: int
    pad: Padding


class Romp:
    """See `FrameModel`.

    Args:
        network: from ROMP.pkl or ROMP.onnx.
        body: the user's SMPL body; without it people have the embedded body's skeleton.
        center_threshold: lowest height of a peak in the center map that counts as a person.
    """

    def __init__(
        self, network: RompNetwork, body: SmplModel | None = None, center_threshold: float = CENTER_THRESHOLD
    ) -> None:
        self._network, self._body, self._threshold = network, body, center_threshold
        self.provider, self.remark, self.batch = network.provider, network.remark, network.batch

    def prepare(self, images: Sequence[Array]) -> Squares:
        """See `FrameModel`. A batch that is not full is filled up: graphics cards start slowly on every new size."""
        pixels = np.zeros((self.batch, SIZE, SIZE, 3), dtype=np.float32)
        for slot, image in zip(pixels, images, strict=False):
            slot[:], pad = to_square(image)
        return Squares(pixels, len(images), pad)

    def infer(self, inputs: Squares) -> tuple[Array, Array]:
        """See `FrameModel`."""
        return self._network(inputs.pixels)

    def decode(self, inputs: Squares, maps: tuple[Array, Array]) -> list[FrameDetections]:
        """See `FrameModel`."""
        centers, params = (each[: inputs.count] for each in maps)
        peaks = find_peaks(centers, self._threshold)
        people = self._pose(decode(sample(params, peaks)), peaks, inputs.pad)
        return [people.only(np.flatnonzero(peaks.images == index)) for index in range(inputs.count)]

    def _pose(self, people: Parameters, peaks: Peaks, pad: Padding) -> FrameDetections:
        """Bodies at the positions at which the pinhole projects their joints closest to the network's."""
        rest = template_joints(people.betas, self._body)
        pelvis = rest[:, :1]
        joints, _ = forward_kinematics(people.rotations, pelvis[:, 0], rest)
        points = project_weak(joints, people.cams)
        position = root_from_pixels(joints, to_square_px(points), None, PINHOLE)
        return FrameDetections(
            confidence=peaks.scores,
            cams=people.cams[:, [0, 2, 1]],
            rotations=people.rotations,
            betas=people.betas,
            root=pelvis[:, 0] + position,
            rest_joints=rest - pelvis,
            joints=joints - joints[:, :1],
            pixels=to_image(points, pad),
        )
