"""How large people are in the image: the area of the mask that BlazePose makes beside its landmarks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...inference.network_files import open_session
from ...take.observations import Frame
from ..common.assets import asset
from .landmark_network import INPUT_SIZE, Pose
from .occlusion import near

SILHOUETTE_FILE = "blazepose/silhouette.onnx"
_EVERY_S = 2.0
"""Time between two measurements of a person, whose figure does not change."""


class Silhouettes:
    """The network with its decoding, run now and then."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session(asset(SILHOUETTE_FILE), threads)
        self._measured: dict[int, float] = {}

    def measure(self, frame: Frame, poses: Mapping[int, Pose]) -> dict[int, float]:
        """Square pixels that people cover in the frame, for those whose turn it is and whom nobody is near."""
        areas = {}
        for id, pose in poses.items():
            due = frame.time - self._measured.get(id, -_EVERY_S) >= _EVERY_S
            if due and not any(near(pose.body, other.body) for key, other in poses.items() if key != id):
                self._measured[id] = frame.time
                areas[id] = self._area(frame, pose)
        return areas

    def _area(self, frame: Frame, pose: Pose) -> float:
        crop = pose.body.crop(frame.image, INPUT_SIZE, "replicate")
        (mask,) = self._session.run(["mask"], {"input": (crop.astype(np.float32) / 255.0)[None]})
        return float((mask > 0).mean()) * pose.body.side**2
