"""The hand networks with their decoding. Several hands are read in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...inference.network_files import open_session
from ...storage.hashing import file_sha256
from ...typing import Array
from ..common.assets import asset
from ..common.region import Region
from .regions import recrop_region

LANDMARK_FILE, RECROP_FILE = "hands/landmarks.onnx", "hands/recrop.onnx"
PALM_FILE = "hands/palm_detector.onnx"
POINTS = 21
_SIZE, _RECROP_SIZE = 224, 256
_DEPTH = 0.4
"""The network's z is in this share of the unit of x and y."""


@dataclass(frozen=True)
class HandPoints:
    """What the network says about a region.

    Attributes:
        presence: probability that a hand is there. right: probability that it is a person's right hand.
        points: (21, 3) pixels of the image: wrist, thumb from its root to the tip, index, middle, ring, little finger;
            z relative to the wrist in the same unit, smaller is nearer.
        world: (21, 3) meters, camera axes, from about the hand's middle, for a hand of average size.
        sharpness: variance of the crop's Laplacian; small where the image is blurred.
        region: that region.
    """

    presence: float
    right: float
    points: Array
    world: Array
    sharpness: float
    region: Region


def hand_weights() -> dict[str, str]:
    """File name -> sha256 of the networks, for the provenance of a take."""
    return {name: file_sha256(asset(name)) for name in (LANDMARK_FILE, RECROP_FILE, PALM_FILE)}


class HandNetworks:
    """The re-crop network, which finds the hand in a rough region, and the landmark network."""

    def __init__(self, threads: int = 1) -> None:
        self._landmarks = open_session(asset(LANDMARK_FILE), threads)
        self._recrop = open_session(asset(RECROP_FILE), threads)

    def refine(self, image: Array, regions: Sequence[Region]) -> list[Region]:
        """The regions of the hands in rough regions of the (H, W, 3) RGB image."""
        if not regions:
            return []
        (raw,) = self._recrop.run(["points"], {"input": _inputs(image, regions, _RECROP_SIZE)[0]})
        ends = raw.reshape(-1, 2, 2).astype(np.float64) / _RECROP_SIZE
        return [recrop_region(*region.to_image(pair)) for region, pair in zip(regions, ends, strict=True)]

    def infer(self, image: Array, regions: Sequence[Region]) -> list[HandPoints]:
        """The hand in each region of the (H, W, 3) RGB image."""
        if not regions:
            return []
        inputs, crops = _inputs(image, regions, _SIZE)
        outputs = self._landmarks.run(["points", "presence", "handedness", "world"], {"input": inputs})
        return [
            _decode(region, crop, *(output[row] for output in outputs))
            for row, (region, crop) in enumerate(zip(regions, crops, strict=True))
        ]


def _inputs(image: Array, regions: Sequence[Region], size: int) -> tuple[Array, list[Array]]:
    crops = [region.crop(image, size, "replicate") for region in regions]
    return np.stack(crops).astype(np.float32) / 255.0, crops


def _decode(region: Region, crop: Array, points: Array, presence: Array, handedness: Array, world: Array) -> HandPoints:
    local = points.reshape(POINTS, 3).astype(np.float64) / _SIZE
    world = world.reshape(POINTS, 3).astype(np.float64)
    return HandPoints(
        presence=float(presence[0]),
        # The network's label is "left" for a right hand: it was trained on mirrored images, as of a front camera.
        right=float(handedness[0]),
        points=np.column_stack([region.to_image(local[:, :2]), local[:, 2] / _DEPTH * region.side]),
        world=np.column_stack([region.turned(world[:, :2]), world[:, 2]]),
        sharpness=_sharpness(crop),
        region=region,
    )


def _sharpness(crop: Array) -> float:
    """Variance of the Laplacian of the green channel (Pech-Pacheco et al. 2000), gray levels squared."""
    gray = crop[::2, ::2, 1].astype(np.float32)
    laplacian = gray[:-2, 1:-1] + gray[2:, 1:-1] + gray[1:-1, :-2] + gray[1:-1, 2:] - 4 * gray[1:-1, 1:-1]
    return float(laplacian.var())
