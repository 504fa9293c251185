"""The TRACE `Estimator`: a stream of frames in clips of eight, with state carried from one to the next."""

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
from ..common.frame_runner import FrameSample, sample_frame
from ..common.prefetch import prefetch
from ..common.square_image import Padding, to_square
from .clip_reader import Clip, ClipReader
from .constants import BACKGROUND, CLIP
from .networks import FrameCode, State, TraceNetworks
from .people import PeopleAssembler
from .policy import ProductPolicy, TracePolicy


@dataclass(frozen=True)
class _Prepared:
    """A frame as the network reads it, and what else is kept of it."""

    sample: FrameSample
    pixels: Array
    pad: Padding


@dataclass
class _Clip:
    """A clip that is being filled; codes and flows come in portions."""

    frames: list[_Prepared] = field(default_factory=list)
    codes: list[FrameCode] = field(default_factory=list)
    flows: list[Array] = field(default_factory=list)


@dataclass
class _Shot:
    """What is carried from clip to clip: the recurrent state, the last frame's code, and the tracks."""

    reader: ClipReader
    state: State | None = None
    last: FrameCode | None = None


class TraceEstimator:
    """See `Estimator`.

    Args:
        networks: TRACE's.
        footage: the footage's size.
        body: the user's SMPL body; without it people have the embedded body's skeleton.
        policy: the product's, unless results are to be compared with the reference's.
    """

    def __init__(
        self,
        networks: TraceNetworks,
        footage: FootageInfo,
        body: SmplModel | None = None,
        policy: TracePolicy | None = None,
    ) -> None:
        self._networks, self._policy = networks, policy or ProductPolicy()
        self._assembler = PeopleAssembler(footage, body, self._policy)
        self.provider, self.remark = networks.provider, networks.remark
        # On the CPU each frame is processed as it comes: a cancelled capture ends with the current one.
        self._portion = 1 if self.provider == CPU.name else CLIP
        self._shot = _Shot(ClipReader(networks.regress, self._policy))

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order."""
        prepared = self._prepare(frames)
        # On the CPU preparing would only take the cores from the network.
        for clip in self._clips(prepared if self.provider == CPU.name else prefetch(prepared, CLIP)):
            samples = [each.sample for each in clip.frames]
            yield from self._assembler.people(samples, clip.frames[0].pad, self._read(clip))

    def _prepare(self, frames: Iterable[Frame]) -> Iterator[_Prepared]:
        shots = ShotDetector()
        for frame in frames:
            cut = self._policy.detects_cuts and shots.is_cut(frame.image)
            yield _Prepared(sample_frame(frame, cut), *to_square(frame.image, BACKGROUND))

    def _clips(self, prepared: Iterator[_Prepared]) -> Iterator[_Clip]:
        """Clips with their codes and flows. A cut ends one early; the next starts without state."""
        clip = _Clip()
        with closing(prepared):  # type: ignore[type-var]
            for frame in prepared:
                if frame.sample.cut:
                    if clip.frames:
                        yield self._encode(clip)
                        clip = _Clip()
                    self._shot = _Shot(ClipReader(self._networks.regress, self._policy))
                    self._assembler.new_shot()
                clip.frames.append(frame)
                if len(clip.frames) - len(clip.codes) >= self._portion:
                    self._encode(clip)
                if len(clip.frames) == CLIP:
                    yield clip
                    clip = _Clip()
        if clip.frames:
            yield self._encode(clip)

    def _encode(self, clip: _Clip) -> _Clip:
        """Add codes and flows of what is new in a clip."""
        before = clip.codes[-1] if clip.codes else self._shot.last
        new = [frame.pixels for frame in clip.frames[len(clip.codes) :]]
        for code in self._networks.encode(np.array(new)) if new else []:
            clip.flows.append(self._networks.flow(before or code, code))
            clip.codes.append(code)
            before = code
        return clip

    def _read(self, clip: _Clip) -> Clip | None:
        """The people of a clip, as the network's parameters."""
        shot = self._shot
        features = np.stack([code.features for code in (shot.last or clip.codes[0], *clip.codes)])
        temporal, shot.state = self._networks.temporal(features, shot.state)
        shot.last = clip.codes[-1]
        maps = self._networks.maps(np.stack(clip.flows), temporal)
        return shot.reader.read(maps, [frame.sample.time for frame in clip.frames])
