"""RTMO as a `FrameModel`, and its `Estimator`: keypoints in the image, followed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...take.keypoints import COCO_17
from ...take.observations import People
from ...take.take import FootageInfo
from ...tracking.appearance import body_points, signature
from ...tracking.base import ImageDetection, Tracker
from ...typing import Array
from ..common.frame_runner import FrameRunner, FrameSample
from .detections import SCORE_THRESHOLD, Detections, distinct
from .letterbox import letterbox
from .network import RtmoNetwork

_STARTS = 0.5
"""Lowest score of somebody who was not known before."""

_LEAST_VISIBILITY = 0.3
_LIMBS = [COCO_17.pair(part) for part in ("shoulder", "hip", "knee", "ankle")]
_TRUNK = np.array([index for part in ("shoulder", "hip") for index in COCO_17.pair(part)])
_MAIN = np.array([0, *range(5, len(COCO_17))])
"""Nose, and all points below the head."""


@dataclass(frozen=True)
class Canvases:
    """Images as the network reads them, all of one size.

    Attributes:
        pixels: (batch, rows, columns, 3) uint8; those from `count` on are empty. ratio: its pixels per image pixel.
    """

    pixels: Array
    count: int
    ratio: float


class Rtmo:
    """See `FrameModel`.

    Args:
        network: from any of the published files.
        score: people of lower scores are left out.
    """

    def __init__(self, network: RtmoNetwork, score: float = SCORE_THRESHOLD) -> None:
        self._network, self._score = network, score
        self.provider, self.remark, self.batch = network.provider, network.remark, network.batch

    def prepare(self, images: Sequence[Array]) -> Canvases:
        """See `FrameModel`. A batch that is not full is filled up: graphics cards start slowly on every new size."""
        rows, columns = self._network.rows, self._network.columns
        pixels = np.zeros((self.batch, rows, columns, 3), np.uint8)
        for slot, image in zip(pixels, images, strict=False):
            slot[:], ratio = letterbox(image, rows, columns)
        return Canvases(pixels, len(images), ratio)

    def infer(self, inputs: Canvases) -> list[Detections]:
        """See `FrameModel`."""
        return self._network(inputs.pixels)

    def decode(self, inputs: Canvases, maps: list[Detections]) -> list[Detections]:
        """See `FrameModel`."""
        return [distinct(each.enlarged(inputs.ratio), self._score) for each in maps[: inputs.count]]

    def detect(self, image: Array) -> Detections:
        """Everybody in one image (H, W, 3) uint8 RGB, best first, in its pixels."""
        inputs = self.prepare([image])
        return self.decode(inputs, self.infer(inputs))[0]


class RtmoEstimator(FrameRunner[Canvases, list[Detections], Detections]):
    """Runs RTMO over a stream of frames and tracks the people in the image.

    Args:
        model: detects people in images.
        footage: the footage's size and rate.
        tracker: gives people their ids.
        people: the most people to give per frame, the largest ones; 0 for all.
    """

    def __init__(
        self, model: Rtmo, footage: FootageInfo, tracker: Tracker[Sequence[ImageDetection]], people: int = 0
    ) -> None:
        super().__init__(model, people)
        self._tracker = tracker

    def _track(self, sample: FrameSample, seen: Detections) -> People:
        if sample.cut:
            self._tracker.new_shot()
            self._kept.clear()
        assigned = self._tracker.assign(tracked_detections(sample, seen), sample.time)
        tracked = [index for index, id in enumerate(assigned) if id is not None]
        seen, ids = seen.only(np.array(tracked, int)), np.array([assigned[index] for index in tracked], np.int32)
        nearest = self._nearest(ids, 1 / np.maximum(sizes(seen), 1e-6))
        seen, ids = seen.only(nearest), ids[nearest]
        self._kept = set(ids.tolist())
        return People(
            ids=ids,
            confidence=np.clip(seen.scores, 0, 1).astype(np.float32),
            keypoints2d=seen.keypoints.astype(np.float32),
            visibility=np.clip(seen.visibility, 0, 1).astype(np.float32),
            spread2d=None if seen.spread is None else seen.spread.astype(np.float32),
            cut=sample.cut,
        )


def sizes(seen: Detections) -> Array:
    """(N,) longer sides of the boxes in pixels, about the height of those who stand."""
    return np.asarray((seen.boxes[:, 2:] - seen.boxes[:, :2]).max(axis=1, initial=0))


def tracked_detections(sample: FrameSample, seen: Detections) -> list[ImageDetection]:
    """People as the tracker takes them; the lower edge of a box tells who stands in front."""
    points, size, bottoms = seen.keypoints, sizes(seen), seen.boxes[:, 3]
    detections = []
    for index in range(len(seen)):
        body, visible = points[index], seen.visibility[index] >= _LEAST_VISIBILITY
        nearer = seen.boxes[bottoms > bottoms[index]]
        covered = _within(body, nearer)
        parts = [part[~_within(part, nearer)] for part in body_points(*(body[pair] for pair in _LIMBS))]
        center = body[_TRUNK].mean(axis=0)
        shape = (body[_MAIN] - center) / max(size[index], 1e-6)
        detections.append(
            ImageDetection(
                center=center,
                size=float(max(size[index], 1e-6)),
                appearance=signature(sample.thumbnail, [part / sample.step for part in parts]),
                starts_track=bool(seen.scores[index] >= _STARTS),
                hidden=float((covered & ~visible)[_MAIN].mean()),
                shape=np.where(visible[_MAIN, None], shape, np.nan),
            )
        )
    return detections


def _within(points: Array, boxes: Array) -> Array:
    """Which of points (n, 2) lie in any of boxes (m, 4) -> (n,) bool."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    return np.asarray(((points >= low) & (points <= high)).all(axis=2).any(axis=0))
