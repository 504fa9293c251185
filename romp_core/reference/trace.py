"""TRACE as the reference program runs it: its policy, its way of adding up paths, and the head with stored statistics.

Section numbers are those of the specification of the release (Arthur151/ROMP, `trace2`, November 2024).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..models.trace.checkpoints import HeadTemplates
from ..models.trace.identities import NOBODY, TrackSummary
from ..models.trace.parameters import TraceParameters
from ..models.trace.peaks import Peaks
from ..models.trace.trajectory import STEP_SCALES
from ..typing import Array
from .trace_smoothing import ReferenceSmoothing

REFERENCE = TraceParameters(max_people=1, keep_missed=0.0, min_frames=6)
"""Defaults of the release; `keep_missed` counts frames."""

_TEMPLATES = Path(__file__).resolve().parent / "templates"
RUNNING = HeadTemplates(
    warp=_TEMPLATES / "trace_warp_running.onnx",
    warp_operator=_TEMPLATES / "trace_warp_running_operator.onnx",
    maps=_TEMPLATES / "trace_maps_running.onnx",
)
"""The head with BatchNorm by the statistics that training stored; the release normalizes by the clip instead."""

_INVENTED = (32, 64, 64)
"""Cell of the person that the release invents in clips without any."""


@dataclass(frozen=True)
class ReferencePolicy:
    """See `TracePolicy`.

    Attributes:
        new_people: follow everybody of enough confidence, whenever they come.
        rate: frames per second that the smoothing assumes.
    """

    parameters: TraceParameters = REFERENCE
    new_people: bool = False
    rate: float = 30.0
    detects_cuts: bool = field(default=False, init=False)
    moves_after_miss: bool = field(default=False, init=False)

    def complete_peaks(self, peaks: Peaks) -> Peaks:
        """Clips without people get an invented one in their first frame."""
        if peaks.found.any():
            return peaks
        return Peaks(np.zeros(1, np.int64), np.array([_INVENTED]), np.ones(1, np.float32), peaks.found)

    def knows_first_motion(self, first_clip: bool) -> bool:
        """Never: the release zeroes it in every clip."""
        return False

    def skips_frame(self, detected: int, tracked: int) -> bool:
        """The tracker stands still in frames without people."""
        return not detected

    def clock(self, updates: int, time: float) -> float:
        """Time is counted in frames that have people."""
        return updates

    def new_tracks(self, unmatched: Array, nearness: Array, scores: Array, tracked: int) -> Array:
        """As many as wanted, the nearest first. Once one starts, as many start as if there were nobody yet."""
        confident = unmatched[scores[unmatched] > self.parameters.first_threshold]
        if self.new_people:
            return confident[scores[confident] > self.parameters.new_threshold] if tracked else confident
        nearest = confident[np.argsort(-nearness[confident], kind="stable")]
        return nearest[: self.parameters.max_people if tracked < self.parameters.max_people else 0]

    def shown(self, valid: Array, seen: Array) -> Array:
        """People are given where they are only expected, too."""
        return np.array(valid)

    def smoothing(self) -> ReferenceSmoothing:
        """Poses and shapes are filtered while they come."""
        return ReferenceSmoothing(self.rate)

    def identities(self) -> TrackIdentities:
        """A track is a person."""
        return TrackIdentities()

    def paths(self) -> ReferencePaths:
        """Plain sums."""
        return ReferencePaths()


def reference_policy(new_people: bool = False, **parameters: float) -> ReferencePolicy:
    """The release's policy with other parameters, such as `max_people=2`."""
    return ReferencePolicy(replace(REFERENCE, **parameters), new_people)  # type: ignore[arg-type]


class TrackIdentities:
    """Persons are tracks; see `models.trace.policy.Identities`."""

    known: set[int] = frozenset()  # type: ignore[assignment]

    def new_shot(self) -> None:
        """The release knows no cuts."""

    def assign(self, clip: TrackSummary, time: float) -> Array:
        """(n, T) int32."""
        return np.where(clip.seen, clip.tracks[:, None], NOBODY).astype(np.int32)


class ReferencePaths:
    """World cameras as the release adds them up.

    Steps count in frames in which the person is not there yet; a path starts at the camera of a clip's first frame,
    even so; and who is missing from one clip starts anew in the next one.
    """

    def __init__(self) -> None:
        self._last: dict[int, Array] = {}

    def add_up(self, tracks: Array, cams: Array, steps: Array) -> Array:
        """World cameras (n, T, 3) from cameras and steps (n, T, 3) of a clip with people."""
        starts = np.stack([self._last.get(id, own[0]) for id, own in zip(tracks.tolist(), cams, strict=True)])
        world = starts[:, None] + np.cumsum(steps * STEP_SCALES, axis=1)
        self._last = dict(zip(tracks.tolist(), world[:, -1], strict=True))
        return world

    def cameras(self, tracks: Array, people: Array, cams: Array, steps: Array, turns: Array) -> Array:
        """See `models.trace.policy.WorldPaths`."""
        return self.add_up(tracks, cams, steps)

    def keep(self, people: set[int]) -> None:
        """Paths of absent people end by themselves."""
