"""The person detector: boxes and body alignment points for everybody in a square part of the image.

Contract of MediaPipe's `pose_detection` graph: an SSD with fixed-size anchors and score-weighted suppression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...inference.network_files import open_session
from ...typing import Array
from ..common.anchored_boxes import anchor_centers, decode_boxes
from ..common.assets import asset
from ..common.region import Region
from .region import body_region

INPUT_SIZE = 224
DETECTOR_FILE = "blazepose/detector.onnx"
_STRIDES = (8, 16, 32, 32, 32)


@dataclass(frozen=True)
class Detection:
    """A found body. `box` (4,) left, top, right, bottom; `hips`, `top` (2,): see `body_region`; all in pixels."""

    score: float
    box: Array
    hips: Array
    top: Array

    @property
    def region(self) -> Region:
        """The region for the landmark network."""
        return body_region(self.hips, self.top)


class Detector:
    """The network with its decoding."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session(asset(DETECTOR_FILE), threads)
        self._anchors = anchor_centers(INPUT_SIZE, _STRIDES)

    def detect(
        self,
        image: Array,
        region: Region,
        threshold: float = 0.5,
        retouch: Callable[[Array], Array] | None = None,
    ) -> list[Detection]:
        """Bodies within a square part of the (H, W, 3) RGB image, whose crop may be retouched before, best first."""
        crop = region.crop(image, INPUT_SIZE, "black")
        if retouch is not None:
            crop = retouch(crop)
        inputs = {"input": (crop.astype(np.float32) / 127.5 - 1.0)[None]}
        boxes, logits = self._session.run(["boxes", "scores"], inputs)
        return [
            Detection(
                score,
                np.concatenate([region.to_image(box[:2]), region.to_image(box[2:])]),
                *region.to_image(points[:2]),  # the first two of four points align the body
            )
            for score, box, points in decode_boxes(boxes[0], logits[0, :, 0], self._anchors, INPUT_SIZE, threshold)
        ]
