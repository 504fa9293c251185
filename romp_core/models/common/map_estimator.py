"""The `Estimator` of models that look at whole pictures, frame by frame: batches, overlap, shots, who is who.

On a graphics card three threads work at the same time: one prepares the next batch, one runs the network, and the
caller's reads the people off the last batch and follows them. So neither card nor processor waits for the other.
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
from ...tracking.shots import ShotDetector
from ...tracking.space_tracker import PeopleTracker, smpl_looks
from ...typing import Array
from .prefetch import ahead

_HYSTERESIS = 1.3
_NEAREST_M = 0.05
_THUMBNAIL = 640
"""Longest side in pixels of the copy of a picture that is kept for its colors."""

Inputs = TypeVar("Inputs")
Maps = TypeVar("Maps")


@dataclass(frozen=True)
class Seen:
    """The P people read off one picture, the surest first; before it is known who they are.

    Attributes:
        confidence: (P,) 0..1.
        cams: (P, 3) scale, y, x in the square around the picture, the places from -1 to 1.
        rotations: (P, 24, 4) wxyz; betas: (P, B); root: (P, 3); rest_joints: (P, 24, 3): as in `People`.
        joints: (P, 24, 3) meters, camera axes, relative to the pelvis.
        pixels: (P, 24, 2) the same joints in the picture.
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

    def only(self, rows: Array | list[int]) -> Seen:
        """The people of these rows."""
        return Seen(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


class MapsModel(Protocol[Inputs, Maps]):
    """A model in three steps, which run at the same time for different batches.

    Attributes:
        provider: the onnxruntime execution provider that actually runs; remark: why it is not the one wished for.
        batch: how many pictures it is given at a time; the last batch of a footage may be smaller.
    """

    provider: str
    remark: str
    batch: int

    def prepare(self, images: Sequence[Array]) -> Inputs:
        """What the network wants to know of pictures (H, W, 3) uint8 RGB of one size."""
        ...

    def look(self, inputs: Inputs) -> Maps:
        """Run the network, and do as little else as possible."""
        ...

    def read(self, inputs: Inputs, maps: Maps) -> list[Seen]:
        """The people of every picture."""
        ...


@dataclass(frozen=True)
class Note:
    """What is kept of a frame while the network is at work: of the picture, every `step`-th pixel."""

    time: float
    cut: bool
    thin: Array
    step: int


@dataclass(frozen=True)
class _Batch(Generic[Inputs]):
    notes: list[Note]
    inputs: Inputs


class MapsEstimator(Generic[Inputs, Maps]):
    """Runs a `MapsModel` over a stream of frames and follows the people.

    Args:
        model: finds people in pictures.
        footage: what is filmed.
        people: the most people to give per frame, the nearest ones; 0 for all.
    """

    def __init__(self, model: MapsModel[Inputs, Maps], footage: FootageInfo, people: int = 0) -> None:
        self.model = model
        self._most = people
        self._size = np.array([footage.width, footage.height])
        self._tracker = PeopleTracker()
        self._kept: set[int] = set()
        self.provider, self.remark = model.provider, model.remark

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order."""
        with closing(ahead(self._look(self._prepare(frames)))) as looked:  # type: ignore[type-var]
            for batch, maps in looked:
                for note, seen in zip(batch.notes, self.model.read(batch.inputs, maps), strict=True):
                    yield self._follow(note, _valid(seen))

    def _prepare(self, frames: Iterable[Frame]) -> Iterator[_Batch[Inputs]]:
        shots = ShotDetector()
        source = iter(frames)
        while group := list(islice(source, self.model.batch)):
            notes = [note_of(frame, shots.is_cut(frame.image)) for frame in group]
            inputs = self.model.prepare([frame.image for frame in group])
            del group  # the pictures may be large, and this stands still until the next batch is wanted
            yield _Batch(notes, inputs)

    def _look(self, prepared: Iterator[_Batch[Inputs]]) -> Iterator[tuple[_Batch[Inputs], Maps]]:
        # On the CPU preparing would only take the cores from the network; and a cancelled capture ends with the
        # picture that the network is at.
        with closing(prepared if self.provider == CPU.name else ahead(prepared)) as batches:  # type: ignore[type-var]
            for batch in batches:
                yield batch, self.model.look(batch.inputs)

    def _follow(self, note: Note, seen: Seen) -> People:
        """Name the people of a frame and keep those that are wanted."""
        if note.cut:
            self._tracker.new_shot()
            self._kept.clear()
        looks = smpl_looks(note.thin, seen.pixels / note.step)
        named = self._tracker.assign(seen.cams, seen.root[:, 2], seen.confidence, note.time, looks)
        known = [index for index, id in enumerate(named) if id is not None]
        seen, ids = seen.only(known), np.array([named[index] for index in known], dtype=np.int32)
        wanted = self._nearest(ids, seen.root[:, 2])
        seen, ids = seen.only(wanted), ids[wanted]
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
            cut=note.cut,
        )

    def _nearest(self, ids: Array, depth: Array) -> Array:
        """Rows of as many people as wanted; somebody new must be clearly nearer to take another's place."""
        if not self._most:
            return np.arange(len(ids))
        favored = np.isin(ids, list(self._kept))
        ranked = np.argsort(np.where(favored, depth / _HYSTERESIS, depth), kind="stable")
        return np.sort(ranked[: self._most])


def note_of(frame: Frame, cut: bool) -> Note:
    """What to keep of a frame."""
    step = -(-max(frame.image.shape) // _THUMBNAIL)
    return Note(frame.time, cut, every_nth(frame.image, step), step)


def _valid(seen: Seen) -> Seen:
    """Without people of impossible numbers: not finite, or not in front of the camera."""
    good = seen.root[:, 2] > _NEAREST_M
    for values in (getattr(seen, field.name) for field in fields(Seen)):
        good &= np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
    rows = np.flatnonzero(good)
    return seen if len(rows) == len(seen) else seen.only(rows)
