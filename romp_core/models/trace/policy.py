"""Where the product and the reference program differ: one `TracePolicy` for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ...typing import Array
from .identities import AppearanceIdentities, TrackSummary
from .orientation import OrientationGates
from .parameters import TraceParameters
from .peaks import Peaks
from .trajectory import SteadyPaths


class PoseSmoothing(Protocol):
    """Poses of tracks from clip to clip."""

    def smooth(self, ids: Array, params: Array, inherited: Array, times: Sequence[float]) -> Array:
        """Parameters (n, T, 159) of a clip; inherited: (n, T) bool, frames without a measurement of the person."""
        ...

    def keep(self, ids: set[int]) -> None:
        """Forget all other tracks."""
        ...


class Identities(Protocol):
    """The person of each track."""

    @property
    def known(self) -> set[int]:
        """Ids of everybody who is remembered."""
        ...

    def new_shot(self) -> None:
        """Track ids start anew after a cut."""
        ...

    def assign(self, clip: TrackSummary, time: float) -> Array:
        """The person of each track and frame, (n, T) int32; `NOBODY` where none; `time`: the clip's end, seconds."""
        ...


class WorldPaths(Protocol):
    """World cameras of people from clip to clip."""

    def cameras(self, tracks: Array, people: Array, cams: Array, steps: Array, turns: Array) -> Array:
        """World cameras (n, T, 3) of a clip.

        Args:
            tracks: (n,) ids. people: (n, T) ids, `NOBODY` where none. cams, steps: (n, T, 3).
            turns: (n, T, 3, 3) of the filming camera, camera space to the world, estimated from each person.
        """
        ...

    def keep(self, people: set[int]) -> None:
        """Forget everybody else."""
        ...


class TracePolicy(Protocol):
    """Decisions between the networks and the results.

    Attributes:
        detects_cuts: start anew at shot changes.
        moves_after_miss: a track that was missed moves to its detection at once.
    """

    @property
    def parameters(self) -> TraceParameters: ...
    @property
    def detects_cuts(self) -> bool: ...
    @property
    def moves_after_miss(self) -> bool: ...

    def complete_peaks(self, peaks: Peaks) -> Peaks:
        """The peaks of a clip as they are used."""
        ...

    def knows_first_motion(self, first_clip: bool) -> bool:
        """Whether the motion offsets of a clip's first frame count."""
        ...

    def skips_frame(self, detected: int, tracked: int) -> bool:
        """Whether the tracker ignores a frame with so many detections, while it follows so many people."""
        ...

    def clock(self, updates: int, time: float) -> float:
        """The tracker's time at its n-th update, in the frame at `time` seconds."""
        ...

    def new_tracks(self, unmatched: Array, nearness: Array, scores: Array, tracked: int) -> Array:
        """Which of the unmatched detections start a track.

        Args:
            unmatched: indices. nearness: (n,) 1 / (1 + depth) and scores: (n,) of all detections.
            tracked: how many people are followed already.
        """
        ...

    def shown(self, valid: Array, seen: Array) -> Array:
        """Frames (n, T) in which people are given, from those in which they are followed, and detected."""
        ...

    def smoothing(self) -> PoseSmoothing:
        """For one shot."""
        ...

    def identities(self) -> Identities:
        """For one piece of footage."""
        ...

    def paths(self) -> WorldPaths:
        """For one shot."""
        ...


@dataclass(frozen=True)
class ProductPolicy:
    """For users: people who are hidden or away for two seconds keep their track, and nobody is invented."""

    parameters: TraceParameters = field(default_factory=TraceParameters)
    detects_cuts = True
    moves_after_miss = True

    def complete_peaks(self, peaks: Peaks) -> Peaks:
        """As they are."""
        return peaks

    def knows_first_motion(self, first_clip: bool) -> bool:
        """Unless there is no frame before."""
        return not first_clip

    def skips_frame(self, detected: int, tracked: int) -> bool:
        """Only while there is nobody to miss."""
        return not (detected or tracked)

    def clock(self, updates: int, time: float) -> float:
        """True time."""
        return time

    def new_tracks(self, unmatched: Array, nearness: Array, scores: Array, tracked: int) -> Array:
        """Everybody of enough confidence: `AppearanceIdentities` limits the number of people."""
        return unmatched[scores[unmatched] > self.parameters.first_threshold]

    def shown(self, valid: Array, seen: Array) -> Array:
        """Only detected people; gaps are left to the solve."""
        return np.array(seen)

    def smoothing(self) -> OrientationGates:
        """Only sudden turns are held back: takes are smoothed later, without lag."""
        return OrientationGates()

    def identities(self) -> AppearanceIdentities:
        """People are recognized by their appearance."""
        return AppearanceIdentities(self.parameters)

    def paths(self) -> SteadyPaths:
        """Only frames in which a person was detected count."""
        return SteadyPaths()
