"""TRACE as an estimator: a stream of frames in clips of eight, with what is carried from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ...people import Frame, People
from ...rotations import Array
from ...runtime.providers import CPU
from ...smpl.model import SmplModel
from ...take import FootageInfo
from ...tracking.shots import ShotDetector
from ..ahead import ahead
from ..maps.estimator import Note, note_of
from ..maps.square import Padding
from .cast import Cast
from .frames import square
from .reader import Clip, ClipReader, Maps
from .settings import CLIP, MOCAP, TraceSettings


class Networks(Protocol):
    """TRACE's networks.

    Attributes:
        provider: the onnxruntime execution provider that actually runs; remark: why it is not the one wished for.
    """

    provider: str
    remark: str

    def encode(self, images: Array) -> Array:
        """Pictures (T, 512, 512, 3) uint8 RGB -> features (T, 32, 128, 128)."""
        ...

    def flow(self, previous: Array, current: Array) -> Array:
        """Optical flow (T, 2, 128, 128) from pictures to pictures, (T, 512, 512, 3) uint8 RGB each."""
        ...

    def temporal(self, features: Array, state: Any) -> tuple[Array, Any]:
        """Features (T + 1, 32, 128, 128), of the frame before first -> the same (T, ...) in the light of each other.

        `state` is what the call before gave, None at the beginning.
        """
        ...

    def maps(self, flow: Array, features: Array) -> Maps:
        """The maps of a clip."""
        ...

    def regress(self, features: Array, cams: Array) -> tuple[Array, Array]:
        """See `reader.Regress`."""
        ...


@dataclass(frozen=True)
class _Picture:
    """A frame as the network wants it, and what else is kept of it."""

    note: Note
    pixels: Array
    pad: Padding


@dataclass
class _Clip:
    """A clip that is being filled; features and flow come in portions, for `done` frames so far."""

    pictures: list[_Picture] = field(default_factory=list)
    features: list[Array] = field(default_factory=list)
    flows: list[Array] = field(default_factory=list)
    done: int = 0


@dataclass
class _Shot:
    """What is carried from clip to clip: the recurrent state, the last picture and its feature, and who is where."""

    reader: ClipReader
    state: Any = None
    picture: Array | None = None
    feature: Array | None = None


class TraceEstimator:
    """See `Estimator`.

    Args:
        networks: TRACE's.
        footage: what is filmed.
        body: the user's SMPL body; without it people have the embedded body's skeleton.
        settings: `MOCAP` unless results are to be compared with the reference's.
    """

    def __init__(
        self, networks: Networks, footage: FootageInfo, body: SmplModel | None = None, settings: TraceSettings = MOCAP
    ) -> None:
        self._networks, self._settings = networks, settings
        self._cast = Cast(footage, body, settings)
        self.provider, self.remark = networks.provider, networks.remark
        # On the CPU frames are worked on as they come: a cancelled capture ends with the one that is at work.
        self._portion = 1 if self.provider == CPU.name else CLIP
        self._shot = _Shot(ClipReader(networks.regress, settings))

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order; its `frame` counts the frames that were given."""
        row = 0
        pictures = self._pictures(frames)
        # On the CPU preparing would only take the cores from the network.
        for clip in self._clips(pictures if self.provider == CPU.name else ahead(pictures, CLIP)):
            notes = [picture.note for picture in clip.pictures]
            yield from self._cast.people(row, notes, clip.pictures[0].pad, self._read(clip))
            row += len(notes)

    def _pictures(self, frames: Iterable[Frame]) -> Iterator[_Picture]:
        shots = ShotDetector()
        for frame in frames:
            cut = not self._settings.quirks and shots.is_cut(frame.image)
            yield _Picture(note_of(frame, cut), *square(frame.image))

    def _clips(self, pictures: Iterator[_Picture]) -> Iterator[_Clip]:
        """Clips whose features and flow are there. A cut ends one early; the next starts without a past."""
        clip = _Clip()
        with closing(pictures):  # type: ignore[type-var]
            for picture in pictures:
                if picture.note.cut:
                    if clip.pictures:
                        yield self._looked_at(clip)
                        clip = _Clip()
                    self._shot = _Shot(ClipReader(self._networks.regress, self._settings))
                    self._cast.new_shot()
                clip.pictures.append(picture)
                if len(clip.pictures) - clip.done >= self._portion:
                    self._looked_at(clip)
                if len(clip.pictures) == CLIP:
                    yield clip
                    clip = _Clip()
        if clip.pictures:
            yield self._looked_at(clip)

    def _looked_at(self, clip: _Clip) -> _Clip:
        """Add features and flow of what is new in a clip."""
        images = np.array([picture.pixels for picture in clip.pictures[clip.done :]])
        if len(images):
            first = images[0] if self._shot.picture is None else self._shot.picture
            clip.features.append(self._networks.encode(images))
            clip.flows.append(self._networks.flow(np.stack([first, *images[:-1]]), images))
            clip.done, self._shot.picture = len(clip.pictures), images[-1]
        return clip

    def _read(self, clip: _Clip) -> Clip | None:
        """The people of a clip, in numbers of the network."""
        shot, features = self._shot, np.concatenate(clip.features)
        before = features[:1] if shot.feature is None else shot.feature
        temporal, shot.state = self._networks.temporal(np.concatenate([before, features]), shot.state)
        shot.feature = features[-1:]
        maps = self._networks.maps(np.concatenate(clip.flows), temporal)
        return shot.reader.read(maps, [picture.note.time for picture in clip.pictures])
