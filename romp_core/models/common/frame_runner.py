"""The loop of models that read each frame as a whole: batches, overlapping work, shot changes, the nearest people.

On a graphics card three threads work at the same time: one prepares the next batch, one runs the network, and the
caller's decodes the last batch and tracks the people. So neither card nor processor waits for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

import numpy as np

from ...images.ops import every_nth
from ...inference.providers import CPU
from ...take.observations import Frame, People
from ...tracking.shots import ShotDetector
from ...typing import Array
from .prefetch import prefetch

_HYSTERESIS = 1.3
_THUMBNAIL_PX = 640
"""Longest side of the copy of an image that is kept for its colors."""

Inputs = TypeVar("Inputs")
Maps = TypeVar("Maps")
Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)


class FrameModel(Protocol[Inputs, Maps, Found_co]):
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

    def decode(self, inputs: Inputs, maps: Maps) -> Sequence[Found_co]:
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


class FrameRunner(Generic[Inputs, Maps, Found]):
    """Runs a `FrameModel` over a stream of frames; who derives from it says in `_track` who is who.

    Args:
        model: detects people in images.
        people: the most people to give per frame, the nearest ones; 0 for all.
    """

    def __init__(self, model: FrameModel[Inputs, Maps, Found], people: int) -> None:
        self.model = model
        self._most = people
        self._kept: set[int] = set()
        self.provider, self.remark = model.provider, model.remark

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order."""
        with closing(prefetch(self._infer(self._prepare(frames)))) as inferred:  # type: ignore[type-var]
            for batch, maps in inferred:
                for sample, detected in zip(batch.samples, self.model.decode(batch.inputs, maps), strict=True):
                    yield self._track(sample, detected)

    def run_live(self, frames: Iterable[Frame], at_once: Callable[[Frame, People], None]) -> Iterator[People]:
        """See `LiveEstimator`: nothing is prepared in advance, since the next frame has not come yet."""
        shots = ShotDetector()
        for frame in frames:
            sample = sample_frame(frame, shots.is_cut(frame.image))
            inputs = self.model.prepare([frame.image])
            detected = self.model.decode(inputs, self.model.infer(inputs))
            people = self._track(sample, detected[0])
            at_once(frame, people)
            yield people

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

    def _track(self, sample: FrameSample, seen: Found) -> People:
        """Give the people of a frame their ids, and keep as many as requested."""
        raise NotImplementedError

    def _nearest(self, ids: Array, distance: Array) -> Array:
        """Rows of as many people as requested; a new person must be clearly nearer to replace another."""
        if not self._most:
            return np.arange(len(ids))
        favored = np.isin(ids, list(self._kept))
        ranked = np.argsort(np.where(favored, distance / _HYSTERESIS, distance), kind="stable")
        return np.sort(ranked[: self._most])


def sample_frame(frame: Frame, cut: bool) -> FrameSample:
    """What to keep of a frame; `cut`: it starts a new shot."""
    step = -(-max(frame.image.shape) // _THUMBNAIL_PX)
    return FrameSample(frame.time, cut, every_nth(frame.image, step), step)
