"""The palm detector: hands in a square part of the image, without a pose.

Contract of MediaPipe's `palm_detection_cpu` graph, and the hand region that it makes of a palm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...inference.network_files import open_session
from ...typing import Array
from ..common.anchored_boxes import anchor_centers, decode_boxes
from ..common.assets import asset
from ..common.region import Region, angle_towards, around_box
from .networks import PALM_FILE

_SIZE = 192
_STRIDES = (8, 16, 16, 16)
_WRIST, _MIDDLE = 0, 2
_SCALE, _UP = 2.6, 0.5


@dataclass(frozen=True)
class Palm:
    """A found palm.

    Attributes:
        box: (4,) left, top, right, bottom, pixels.
        points: (7, 2) pixels: wrist, knuckles of index, middle, ring and little finger, base and knuckle of the thumb.
    """

    score: float
    box: Array
    points: Array

    @property
    def region(self) -> Region:
        """The region for the landmark network."""
        low, high = self.box[:2], self.box[2:]
        angle = angle_towards(self.points[_WRIST], self.points[_MIDDLE], math.pi / 2)
        return around_box(low, high, angle).raised(_UP * float(high[1] - low[1])).scaled(_SCALE)


class PalmDetector:
    """The network with its decoding."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session(asset(PALM_FILE), threads)
        self._anchors = anchor_centers(_SIZE, _STRIDES)

    def detect(self, image: Array, region: Region, threshold: float = 0.5) -> list[Palm]:
        """Palms within an upright square part of the (H, W, 3) RGB image, best first."""
        crop = region.crop(image, _SIZE, "black")
        boxes, logits = self._session.run(["boxes", "scores"], {"input": (crop.astype(np.float32) / 255.0)[None]})
        return self.decode(boxes[0], logits[0, :, 0], region, threshold)

    def decode(self, boxes: Array, logits: Array, region: Region, threshold: float = 0.5) -> list[Palm]:
        """Palms from the network's outputs (2016, 18) and (2016,) for a part of the image, best first."""
        return [
            Palm(score, region.to_image(box.reshape(2, 2)).ravel(), region.to_image(points))
            for score, box, points in decode_boxes(boxes, logits, self._anchors, _SIZE, threshold)
        ]
