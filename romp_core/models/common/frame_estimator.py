"""The `Estimator` of body models that read each frame as a whole: their loop, with tracking in space."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ...take.observations import People
from ...take.take import FootageInfo
from ...tracking.appearance import smpl_appearances
from ...tracking.base import SpaceDetections, Tracker
from ...typing import Array
from .frame_runner import FrameModel, FrameRunner, FrameSample, Inputs, Maps

_NEAREST_M = 0.05


@dataclass(frozen=True)
class FrameDetections:
    """The P people decoded from one frame, by falling confidence, before tracking.

    Attributes:
        confidence: (P,) 0..1.
        cams: (P, 3) scale, y, x in the square around the image, with x and y from -1 to 1.
        rotations: (P, 24, 4) wxyz; betas: (P, B); root: (P, 3); rest_joints: (P, 24, 3): as in `People`.
        joints: (P, 24, 3) meters, camera axes, relative to the pelvis.
        pixels: (P, 24, 2) the same joints in the image.
        focal, depth_per_focal: (P,) as in `People`, of models that estimate the field of view, else None.
    """

    confidence: Array
    cams: Array
    rotations: Array
    betas: Array
    root: Array
    rest_joints: Array
    joints: Array
    pixels: Array
    focal: Array | None = None
    depth_per_focal: Array | None = None

    def __len__(self) -> int:
        return len(self.confidence)

    @property
    def steady_depth(self) -> Array:
        """(P,) depth that does not change with the field of view, which may differ from frame to frame."""
        return self.root[:, 2] if self.depth_per_focal is None else self.depth_per_focal

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays that the model gives, by name."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: values for name, values in given.items() if values is not None}

    def only(self, rows: Array | list[int]) -> FrameDetections:
        """The people of these rows."""
        return FrameDetections(**{name: values[rows] for name, values in self.arrays.items()})


class FrameEstimator(FrameRunner[Inputs, Maps, FrameDetections]):
    """Runs a `FrameModel` over a stream of frames and tracks the people.

    Args:
        model: detects people in images.
        footage: the footage's size and rate.
        tracker: gives people their ids.
        people: the most people to give per frame, the nearest ones; 0 for all.
    """

    def __init__(
        self,
        model: FrameModel[Inputs, Maps, FrameDetections],
        footage: FootageInfo,
        tracker: Tracker[SpaceDetections],
        people: int = 0,
    ) -> None:
        super().__init__(model, people)
        self._size = np.array([footage.width, footage.height])
        self._tracker = tracker

    def _track(self, sample: FrameSample, seen: FrameDetections) -> People:
        """Give the people of a frame their ids, and keep as many as requested."""
        seen = _valid(seen)
        if sample.cut:
            self._tracker.new_shot()
            self._kept.clear()
        appearances = smpl_appearances(sample.thumbnail, seen.pixels / sample.step)
        detections = SpaceDetections(seen.cams, seen.steady_depth, seen.confidence, appearances)
        assigned = self._tracker.assign(detections, sample.time)
        tracked = [index for index, id in enumerate(assigned) if id is not None]
        seen, ids = seen.only(tracked), np.array([assigned[index] for index in tracked], dtype=np.int32)
        nearest = self._nearest(ids, seen.root[:, 2])
        seen, ids = seen.only(nearest), ids[nearest]
        self._kept = set(ids.tolist())
        inside = np.asarray(((seen.pixels >= 0) & (seen.pixels <= self._size - 1)).all(axis=-1))
        return People(
            ids=ids,
            confidence=np.clip(seen.confidence, 0, 1).astype(np.float32),
            keypoints2d=seen.pixels.astype(np.float32),
            visibility=inside.astype(np.float32),
            keypoints3d=seen.joints.astype(np.float32),
            rotations=seen.rotations.astype(np.float32),
            betas=seen.betas.astype(np.float32),
            root=seen.root.astype(np.float32),
            rest_joints=seen.rest_joints.astype(np.float32),
            focal=_float32(seen.focal),
            depth_per_focal=_float32(seen.depth_per_focal),
            cut=sample.cut,
        )


def _float32(values: Array | None) -> Array | None:
    return None if values is None else values.astype(np.float32)


def _valid(detected: FrameDetections) -> FrameDetections:
    """Without people of impossible numbers: not finite, or not in front of the camera."""
    good = detected.root[:, 2] > _NEAREST_M
    for values in detected.arrays.values():
        good &= np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
    rows = np.flatnonzero(good)
    return detected if len(rows) == len(detected) else detected.only(rows)
