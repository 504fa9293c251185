"""From observed frames of footage to evenly sampled segments, and back.

A segment is a stretch of one shot in which the person is lost for no longer than the largest gap to fill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..geometry.rotations import slerp
from ..take.observations import Observations
from ..take.resample import frame_interval, sampling
from ..take.take import FootageInfo, Motion
from ..typing import Array

HIDDEN_GAP = 4
"""Who is behind somebody is still there: such gaps may be this many times as long as others."""

_EVEN = 0.2
"""Share of a frame by which time stamps may be off an even grid before they are resampled."""


@dataclass(frozen=True)
class Segment:
    """Evenly spaced samples of one stretch.

    Attributes:
        frames: (m,) consecutive frame indices; seen: indices into the observations, increasing.
        interval: seconds between samples; frame_times, seen_times, sample_times: seconds.
    """

    frames: Array
    seen: Array
    interval: float
    frame_times: Array
    seen_times: Array
    sample_times: Array

    def part(self, part: slice) -> Segment:
        """The same segment with only these samples and the observations around them."""
        samples = self.sample_times[part]
        first = max(int(np.searchsorted(self.seen_times, samples[0], side="right")) - 1, 0)
        last = int(np.searchsorted(self.seen_times, samples[-1], side="left")) + 1
        return replace(self, seen=self.seen[first:last], seen_times=self.seen_times[first:last], sample_times=samples)

    def spread(self, values: Array, rotations: bool = False) -> Array:
        """Observed values (len(seen), ...) at the sample times; `rotations` says that they are quaternions."""
        return _interpolate(values, self.seen_times, self.sample_times, rotations)

    def at_samples(self, values: Array, rotations: bool = False) -> Array:
        """Values (m, ...) of the frames at the sample times; `rotations` says that they are quaternions."""
        return _interpolate(values, self.frame_times, self.sample_times, rotations)

    def at_frames(self, values: Array, rotations: bool = False) -> Array:
        """Sampled values (T, ...) at the frames."""
        return _interpolate(values, self.sample_times, self.frame_times, rotations)

    def observed(self) -> Array:
        """(T,) bool: an observation lies within three quarters of an interval of the sample."""
        before, after, _ = sampling(self.seen_times, self.sample_times)
        off = np.minimum(
            np.abs(self.seen_times[before] - self.sample_times), np.abs(self.seen_times[after] - self.sample_times)
        )
        return np.asarray(off < 0.75 * self.interval)


def _interpolate(values: Array, known: Array, at: Array, rotations: bool = False) -> Array:
    """Values (n, ...) known at times (n,) at other times; exactly themselves at known times, even beside NaN."""
    if known is at:
        return values
    before, after, fraction = sampling(known, at)
    fraction = fraction.reshape(-1, *[1] * (values.ndim - 1 - rotations))
    if rotations:
        return slerp(values[before], values[after], fraction)
    between = values[before] * (1 - fraction) + values[after] * fraction
    return np.where(fraction == 1, values[after], np.where(fraction == 0, values[before], between))


def finite(observations: Observations) -> Array:
    """(n,) bool: observations whose numbers are all finite; the others count as not seen."""
    arrays = (observations.keypoints2d, observations.keypoints3d, observations.visibility,
              observations.rotations, observations.rest_joints)  # fmt: skip
    good = np.ones(len(observations.frame_index), bool)
    for array in arrays:
        if array is not None:
            good &= np.isfinite(array.reshape(len(array), -1)).all(axis=1)
    return good


def segments(
    observations: Observations, footage: FootageInfo, max_gap: float, hidden: Array | None = None
) -> Iterator[Segment]:
    """Stretches to solve one by one: split at cuts and where nothing is seen for more than `max_gap` seconds.

    Args:
        hidden: (T,) bool, frames in which somebody else is in front of the person; gaps there may be `HIDDEN_GAP` times
            as long.
    """
    usable = np.flatnonzero(finite(observations))
    if not len(usable):
        return
    frames = observations.frame_index[usable].astype(np.intp)
    times = footage.times[frames]
    shots = np.searchsorted(np.asarray(footage.cuts, dtype=np.intp), frames, side="right")
    usual = frame_interval(footage.times)
    missing = np.diff(times) - usual
    if hidden is not None:
        steps = np.diff(footage.times, append=footage.times[-1:])
        behind = np.concatenate([[0.0], np.cumsum(np.where(hidden, steps, 0.0))])[frames]
        missing = missing - np.diff(behind) * (1 - 1 / HIDDEN_GAP)
    breaks = np.flatnonzero((np.diff(shots) != 0) | ((np.diff(frames) > 1) & (missing > max_gap + 1e-6))) + 1
    for seen in np.split(np.arange(len(usable)), breaks):
        yield _segment(usable[seen], frames[seen], footage)


def _segment(seen: Array, seen_frames: Array, footage: FootageInfo) -> Segment:
    frames = np.arange(seen_frames[0], seen_frames[-1] + 1)
    times = footage.times[frames]
    interval = frame_interval(times)
    even = times[0] + interval * np.arange(len(times))
    if len(times) > 1:
        even = np.linspace(times[0], times[-1], len(times))
    if np.abs(even - times).max() < _EVEN * interval:
        samples, interval = (times, float(even[1] - even[0]) if len(even) > 1 else interval)
    else:
        samples = np.linspace(times[0], times[-1], max(2, round((times[-1] - times[0]) / interval) + 1))
        interval = float(samples[1] - samples[0])
    return Segment(frames, seen, interval, times, footage.times[seen_frames], samples)


def nearest_of(rows: Array, count: int) -> Array:
    """Index into increasing `rows` of the one nearest to each of the positions 0 to `count` - 1."""
    at = np.arange(count)
    after = np.clip(np.searchsorted(rows, at), 0, len(rows) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(rows[before] - at) <= np.abs(rows[after] - at), before, after)


def hold_in_gaps(motion: Motion) -> Motion:
    """The motion with the last seen pose in every gap."""
    if motion.valid.all():
        return motion
    last = np.maximum.accumulate(np.where(motion.valid, np.arange(len(motion.valid)), 0))
    fingers, face = (values[last] if len(values) else values for values in (motion.fingers, motion.face))
    return replace(motion, rotations=motion.rotations[last], root=motion.root[last], fingers=fingers, face=face)


def windows(count: int, length: int, overlap: int) -> Iterator[tuple[int, int]]:
    """(start, stop) of overlapping windows that cover `count` samples; one when it fits with half a window to spare."""
    start = 0
    while count - start > length + length // 2:
        yield start, start + length
        start += length - overlap
    yield start, count


def blend_weights(overlap: int) -> Array:
    """(overlap,) share of the later window, rising smoothly from 0 to 1."""
    ramp = (np.arange(overlap) + 0.5) / overlap
    return np.asarray(ramp * ramp * (3 - 2 * ramp))
