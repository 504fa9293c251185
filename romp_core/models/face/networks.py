"""The face networks with their decoding. Several faces are read in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...inference.network_files import open_session
from ...storage.hashing import file_sha256
from ...typing import Array
from ..common.anchored_boxes import anchor_centers, decode_boxes, sigmoid
from ..common.assets import asset
from ..common.region import Region
from .mesh import LEFT_EYE, LEFT_IRIS, LIDS, LIPS, POINTS, RIGHT_EYE, RIGHT_IRIS, SKIN
from .regions import detected_region

LANDMARK_FILE, DETECTOR_FILE = "face/landmarks.onnx", "face/detector.onnx"
_SIZE, _DETECTOR_SIZE = 192, 128
_STRIDES = (8, 16, 16, 16)
_REFINED = {
    "lips": LIPS,
    "right_eye": RIGHT_EYE,
    "left_eye": LEFT_EYE,
    "right_iris": RIGHT_IRIS,
    "left_iris": LEFT_IRIS,
}
"""Outputs of the landmark network with x and y of these points, better than those of the mesh; later ones hold."""


@dataclass(frozen=True)
class FaceDetection:
    """A found face. `points` (6, 2) pixels: right eye, left eye, nose tip, mouth, right ear, left ear."""

    score: float
    points: Array

    @property
    def region(self) -> Region:
        """The region for the landmark network."""
        return detected_region(self.points)


@dataclass(frozen=True)
class FacePoints:
    """What the network says about a region.

    Attributes:
        presence: probability that a face is there.
        points: (478, 3) pixels of the image, see `mesh`; z in the same unit, smaller is nearer.
        region: that region.
    """

    presence: float
    points: Array
    region: Region


def face_weights() -> dict[str, str]:
    """File name -> sha256 of the networks, for the provenance of a take."""
    return {name: file_sha256(asset(name)) for name in (LANDMARK_FILE, DETECTOR_FILE)}


class FaceNetworks:
    """The detector, which finds faces in a rough region, and the landmark network."""

    def __init__(self, threads: int = 1) -> None:
        self._landmarks = open_session(asset(LANDMARK_FILE), threads)
        self._detector = open_session(asset(DETECTOR_FILE), threads)
        self._anchors = anchor_centers(_DETECTOR_SIZE, _STRIDES)

    def detect(self, image: Array, regions: Sequence[Region], threshold: float = 0.5) -> list[list[FaceDetection]]:
        """The faces in each rough region of the (H, W, 3) RGB image, best first."""
        if not regions:
            return []
        crops = np.stack([region.crop(image, _DETECTOR_SIZE, "black") for region in regions])
        inputs = {"input": crops.astype(np.float32) / 127.5 - 1.0}
        boxes, logits = self._detector.run(["boxes", "scores"], inputs)
        return [self.decode(boxes[row], logits[row, :, 0], region, threshold) for row, region in enumerate(regions)]

    def decode(self, boxes: Array, logits: Array, region: Region, threshold: float = 0.5) -> list[FaceDetection]:
        """Faces from the detector's outputs (896, 16) and (896,) for a region, best first."""
        return [
            FaceDetection(score, region.to_image(points))
            for score, _, points in decode_boxes(boxes, logits, self._anchors, _DETECTOR_SIZE, threshold)
        ]

    def infer(self, image: Array, regions: Sequence[Region]) -> list[FacePoints]:
        """The face in each region of the (H, W, 3) RGB image."""
        if not regions:
            return []
        crops = np.stack([region.crop(image, _SIZE, "replicate") for region in regions])
        outputs = self._landmarks.run(["flag", "mesh", *_REFINED], {"input": crops.astype(np.float32) / 255.0})
        return [_decode(region, *(output[row].ravel() for output in outputs)) for row, region in enumerate(regions)]


def _decode(region: Region, flag: Array, mesh: Array, *refined: Array) -> FacePoints:
    local = np.zeros((POINTS, 3))
    local[:SKIN] = mesh.reshape(SKIN, 3)
    for indices, points in zip(_REFINED.values(), refined, strict=True):
        local[indices, :2] = points.reshape(-1, 2)
    for eye, iris in ((RIGHT_EYE, RIGHT_IRIS), (LEFT_EYE, LEFT_IRIS)):
        local[iris, 2] = local[eye[:LIDS], 2].mean()
    local /= _SIZE
    return FacePoints(
        presence=float(sigmoid(flag)[0]),
        points=np.column_stack([region.to_image(local[:, :2]), local[:, 2] * region.side]),
        region=region,
    )
