"""ROMP as a `MapsModel`: squares, network, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...bodies.smpl.model import SmplModel
from ...geometry.skeleton import forward_kinematics
from ...typing import Array
from ..common.body_skeleton import template_joints
from ..common.cameras import project_weak, to_square_px, translation_lsq
from ..common.map_estimator import Seen
from ..common.square_image import SIZE, Padding, to_picture, to_square
from .decode import Parameters, decode
from .network import RompNetwork
from .peaks import Peaks, find_peaks, sample

CENTER_THRESHOLD = 0.25
"""Least height of a peak in the center map that counts as a person."""


@dataclass(frozen=True)
class Squares:
    """Pictures as the network wants them; all of them lie in their squares alike.

    Attributes:
        pixels: (batch, 512, 512, 3) float32; the rows from `count` on are empty.
    """

    pixels: Array
    count: int
    pad: Padding


class Romp:
    """See `MapsModel`.

    Args:
        network: from ROMP.pkl or ROMP.onnx.
        body: the user's SMPL body; without it people have the embedded body's skeleton.
        center_threshold: least height of a peak in the center map that counts as a person.
    """

    def __init__(
        self, network: RompNetwork, body: SmplModel | None = None, center_threshold: float = CENTER_THRESHOLD
    ) -> None:
        self._network, self._body, self._threshold = network, body, center_threshold
        self.provider, self.remark, self.batch = network.provider, network.remark, network.batch

    def prepare(self, images: Sequence[Array]) -> Squares:
        """See `MapsModel`. A batch that is not full is filled up: graphics cards start slowly on every new size."""
        pixels = np.zeros((self.batch, SIZE, SIZE, 3), dtype=np.float32)
        for slot, image in zip(pixels, images, strict=False):
            slot[:], pad = to_square(image)
        return Squares(pixels, len(images), pad)

    def look(self, inputs: Squares) -> tuple[Array, Array]:
        """See `MapsModel`."""
        return self._network(inputs.pixels)

    def read(self, inputs: Squares, maps: tuple[Array, Array]) -> list[Seen]:
        """See `MapsModel`."""
        centers, params = (each[: inputs.count] for each in maps)
        peaks = find_peaks(centers, self._threshold)
        seen = self._seen(decode(sample(params, peaks)), peaks, inputs.pad)
        return [seen.only(np.flatnonzero(peaks.pictures == picture)) for picture in range(inputs.count)]

    def _seen(self, people: Parameters, peaks: Peaks, pad: Padding) -> Seen:
        """Posed and placed: where the pinhole sees the joints nearest to where the network says they are."""
        rest = template_joints(people.betas, self._body)
        pelvis = rest[:, :1]
        joints, _ = forward_kinematics(people.rotations, pelvis[:, 0], rest)
        points = project_weak(joints, people.cams)
        place = translation_lsq(joints, to_square_px(points))
        return Seen(
            confidence=peaks.scores,
            cams=people.cams[:, [0, 2, 1]],
            rotations=people.rotations,
            betas=people.betas,
            root=pelvis[:, 0] + place,
            rest_joints=rest - pelvis,
            joints=joints - joints[:, :1],
            pixels=to_picture(points, pad),
        )
