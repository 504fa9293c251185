"""The `Estimator` of models that read each frame as a whole: batches, overlapping work, shot changes, tracking.

On a graphics card three threads work at the same time: one prepares the next batch, one runs the network, and the
caller's decodes the last batch and tracks the people. So neither card nor processor waits for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from itertools import islice
from typing import Generic, Protocol, TypeVar

import numpy as np

from ...images.ops import every_nth
from ...inference.providers import CPU
from ...take.observations import Frame, People
from ...take.take import FootageInfo
from ...tracking.appearance import smpl_appearances
from ...tracking.base import SpaceDetections, Tracker
from ...tracking.shots import ShotDetector
from ...typing import Array
from .prefetch import prefetch

_HYSTERESIS = 1.3
_NEAREST_M = 0.05
_THUMBNAIL_PX = 640
"""Longest side of the copy of an image that is kept for its colors."""

Inputs = TypeVar("Inputs")
Maps = TypeVar("Maps")


@dataclass(frozen=True)
class FrameDetections:
    """The P people decoded from one frame, by falling confidence, before tracking.

    Attributes:
        confidence: (P,) 0..1.
        cams: (P, 3) scale, y, x in the square around the image, with x and y from -1 to 1.
        rotations: (P, 24, 4) wxyz; betas: (P, B); root: (P, 3); rest_joints: (P, 24, 3): as in `People`.
        joints: (P, 24, 3) meters, camera axes, relative to the pelvis.
        pixels: (P, 24, 2) the same joints in the image.
    """

    confidence: Array
    cams: Array
    rotations: Array
    betas: Array
    root: Array
    rest_joints: Array
    joints: Array
    pixels: Array

    def __len__(self) -> int:
        return len(self.confidence)

    def only(self, rows: Array | list[int]) -> FrameDetections:
        """The people of these rows."""
        return FrameDetections(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


class FrameModel(Protocol[Inputs, Maps]):
    """A model in three steps, which run at the same time for different batches.

    Attributes:
        provider: the onnxruntime execution provider that actually runs; remark: why it is not the requested one.
        batch: how many images it takes at a time; the last batch of the footage may be smaller.
    """

    provider: str
    remark: str
    batch: int

    def prepare(self, images: Sequence[Array]) -> Inputs:
        """The network's inputs for images (H, W, 3) uint8 RGB of one size."""
        ...

    def infer(self, inputs: Inputs) -> Maps:
        """Run the network, and do as little else as possible."""
        ...

    def decode(self, inputs: Inputs, maps: Maps) -> list[FrameDetections]:
        """The people of every image."""
        ...


@dataclass(frozen=True)
class FrameSample:
    """What is kept of a frame while the network runs: time, shot change, and every `step`-th pixel of the image."""

    time: float
    cut: bool
    thumbnail: Array
    step: int


@dataclass(frozen=True)
class _Batch(Generic[Inputs]):
    samples: list[FrameSample]
    inputs: Inputs


class FrameEstimator(Generic[Inputs, Maps]):
    """Runs a `FrameModel` over a stream of frames and tracks the people.

    Args:
        model: detects people in images.
        footage: the footage's size and rate.
        tracker: gives people their ids.
        people: the most people to give per frame, the nearest ones; 0 for all.
    """

    def __init__(
        self,
        model: FrameModel[Inputs, Maps],
        footage: FootageInfo,
        tracker: Tracker[SpaceDetections],
        people: int = 0,
    ) -> None:
        self.model = model
        self._most = people
        self._size = np.array([footage.width, footage.height])
        self._tracker = tracker
        self._kept: set[int] = set()
        self.provider, self.remark = model.provider, model.remark

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order."""
        with closing(prefetch(self._infer(self._prepare(frames)))) as inferred:  # type: ignore[type-var]
            for batch, maps in inferred:
                for sample, detected in zip(batch.samples, self.model.decode(batch.inputs, maps), strict=True):
                    yield self._track(sample, _valid(detected))

    def _prepare(self, frames: Iterable[Frame]) -> Iterator[_Batch[Inputs]]:
        shots = ShotDetector()
        source = iter(frames)
        while group := list(islice(source, self.model.batch)):
            samples = [sample_frame(frame, shots.is_cut(frame.image)) for frame in group]
            inputs = self.model.prepare([frame.image for frame in group])
            del group  # the images may be large, and this waits here until the next batch is requested
            yield _Batch(samples, inputs)

    def _infer(self, prepared: Iterator[_Batch[Inputs]]) -> Iterator[tuple[_Batch[Inputs], Maps]]:
        # On the CPU preparing would only take the cores from the network; and a cancelled capture ends with the image
        # that the network is running on.
        with closing(prepared if self.provider == CPU.name else prefetch(prepared)) as batches:  # type: ignore[type-var]
            for batch in batches:
                yield batch, self.model.infer(batch.inputs)

    def _track(self, sample: FrameSample, seen: FrameDetections) -> People:
        """Give the people of a frame their ids, and keep as many as requested."""
        if sample.cut:
            self._tracker.new_shot()
            self._kept.clear()
        appearances = smpl_appearances(sample.thumbnail, seen.pixels / sample.step)
        detections = SpaceDetections(seen.cams, seen.root[:, 2], seen.confidence, appearances)
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
            cut=sample.cut,
        )

    def _nearest(self, ids: Array, depth: Array) -> Array:
        """Rows of as many people as requested; a new person must be clearly nearer to replace another."""
        if not self._most:
            return np.arange(len(ids))
        favored = np.isin(ids, list(self._kept))
        ranked = np.argsort(np.where(favored, depth / _HYSTERESIS, depth), kind="stable")
        return np.sort(ranked[: self._most])


def sample_frame(frame: Frame, cut: bool) -> FrameSample:
    """What to keep of a frame; `cut`: it starts a new shot."""
    step = -(-max(frame.image.shape) // _THUMBNAIL_PX)
    return FrameSample(frame.time, cut, every_nth(frame.image, step), step)


def _valid(detected: FrameDetections) -> FrameDetections:
    """Without people of impossible numbers: not finite, or not in front of the camera."""
    good = detected.root[:, 2] > _NEAREST_M
    for values in (getattr(detected, field.name) for field in fields(FrameDetections)):
        good &= np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
    rows = np.flatnonzero(good)
    return detected if len(rows) == len(detected) else detected.only(rows)
