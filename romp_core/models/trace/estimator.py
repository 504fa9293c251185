"""TRACE as an estimator: a stream of frames in clips of eight, with what is carried from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from ...bodies.smpl.model import SmplModel
from ...inference.providers import CPU
from ...take.observations import Frame, People
from ...take.take import FootageInfo
from ...tracking.shots import ShotDetector
from ...typing import Array
from ..common.map_estimator import Note, note_of
from ..common.prefetch import ahead
from ..common.square_image import Padding
from .clip_reader import Clip, ClipReader
from .networks import FrameCode, State, TraceNetworks
from .people import Cast
from .policy import CLIP, MOCAP, TraceSettings
from .preprocess import square


@dataclass(frozen=True)
class _Picture:
    """A frame as the network wants it, and what else is kept of it."""

    note: Note
    pixels: Array
    pad: Padding


@dataclass
class _Clip:
    """A clip that is being filled; codes and flows come in portions."""

    pictures: list[_Picture] = field(default_factory=list)
    codes: list[FrameCode] = field(default_factory=list)
    flows: list[Array] = field(default_factory=list)


@dataclass
class _Shot:
    """What is carried from clip to clip: the recurrent state, the last frame's code, and who is where."""

    reader: ClipReader
    state: State | None = None
    last: FrameCode | None = None


class TraceEstimator:
    """See `Estimator`.

    Args:
        networks: TRACE's.
        footage: what is filmed.
        body: the user's SMPL body; without it people have the embedded body's skeleton.
        settings: `MOCAP` unless results are to be compared with the reference's.
    """

    def __init__(
        self,
        networks: TraceNetworks,
        footage: FootageInfo,
        body: SmplModel | None = None,
        settings: TraceSettings = MOCAP,
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
        """Clips whose codes and flows are there. A cut ends one early; the next starts without a past."""
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
                if len(clip.pictures) - len(clip.codes) >= self._portion:
                    self._looked_at(clip)
                if len(clip.pictures) == CLIP:
                    yield clip
                    clip = _Clip()
        if clip.pictures:
            yield self._looked_at(clip)

    def _looked_at(self, clip: _Clip) -> _Clip:
        """Add codes and flows of what is new in a clip."""
        before = clip.codes[-1] if clip.codes else self._shot.last
        new = [picture.pixels for picture in clip.pictures[len(clip.codes) :]]
        for code in self._networks.encode(np.array(new)) if new else []:
            clip.flows.append(self._networks.flow(before or code, code))
            clip.codes.append(code)
            before = code
        return clip

    def _read(self, clip: _Clip) -> Clip | None:
        """The people of a clip, in numbers of the network."""
        shot = self._shot
        features = np.stack([code.features for code in (shot.last or clip.codes[0], *clip.codes)])
        temporal, shot.state = self._networks.temporal(features, shot.state)
        shot.last = clip.codes[-1]
        maps = self._networks.maps(np.stack(clip.flows), temporal)
        return shot.reader.read(maps, [picture.note.time for picture in clip.pictures])
