"""What a user may want to decide about who is who: people who are one, people who are none, people who changed places.

Only what a take keeps is looked at: where people are in the image, how large, and when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from ...typing import Array
from .identities import Merge, Operation, Swap, shared_seconds

if TYPE_CHECKING:
    from ..take import Person

_LONGEST_GAP_S, _OVERLAP_S = 5.0, 0.3
"""Who comes back later is not known by position; and how long two tracks of one person may overlap."""
_NEAR, _NEAR_PER_S, _FARTHEST = 0.35, 0.6, 1.5
"""Body heights that somebody may be off the expected position, at once and more per second of the gap; and at most."""
_GROWTH, _GROWTH_PER_S = 0.15, 0.1
"""How much, as a share, somebody may look taller or shorter afterwards."""
_PACE_S = 0.4
"""Seconds before a gap from which the pace is taken; it is followed for as long."""
_BRIEF_S, _COVERED = 0.7, 0.6
"""Who is seen for less time in all is perhaps nobody; so is who mostly shares the box of another to this share."""
_JUMP = 0.3
"""Body heights from one frame to the next that nobody moves."""


@dataclass(frozen=True)
class Suggestion:
    """A decision that seems right.

    Attributes:
        operation: None to remove the person `ghost`. reason: a sentence for the user.
    """

    reason: str
    operation: Operation | None = None
    ghost: int | None = None


@dataclass(frozen=True)
class _Track:
    """A person in the image: times (n,), centers (n, 2) and body heights (n,) in pixels, boxes (n, 2, 2).

    Attributes:
        scales: (n,) to compare sizes by: pixels per meter where the model knows the pose, so that raised arms or a deep
            bend change nothing; else the body heights.
    """

    person: Person
    frames: Array
    times: Array
    centers: Array
    heights: Array
    boxes: Array
    scales: Array

    def expected(self, time: float, from_end: bool) -> Array:
        """Where the center (2,) is a while after the end, or before the start."""
        near = np.abs(self.times - self.times[-1 if from_end else 0]) <= _PACE_S
        at, centers = self.times[near], self.centers[near]
        pace = np.polyfit(at, centers, 1)[0] if len(at) > 2 else np.zeros(2)
        end = self.times[-1] if from_end else self.times[0]
        return np.asarray(self.centers[-1 if from_end else 0] + pace * np.clip(time - end, -_PACE_S, _PACE_S))


def suggestions(people: Sequence[Person], times: Array) -> list[Suggestion]:
    """Decisions that seem right, one at a time: after one is taken, ask again.

    Args:
        people: with the edits so far. times: (T,) seconds of the footage's frames.
    """
    tracks = [_track(person, times) for person in people if len(person.observations.frame_index)]
    merges = list(_merges(tracks, times))
    merged = {each.other for suggestion in merges for each in (suggestion.operation,) if isinstance(each, Merge)}
    ghosts = [each for each in _ghosts(tracks) if each.ghost not in merged]
    return [*merges, *_swaps(tracks, times), *ghosts]


def _track(person: Person, times: Array) -> _Track:
    seen = person.observations
    points = seen.keypoints2d.astype(np.float64)
    boxes = np.stack([points.min(axis=1), points.max(axis=1)], axis=1)
    heights = np.maximum(np.linalg.norm(np.ptp(boxes, axis=1), axis=-1), 1.0)
    scales = heights
    if seen.keypoints3d is not None:
        meters = _spread(seen.keypoints3d[..., :2].astype(np.float64))
        scales = np.maximum(_spread(points), 1e-6) / np.maximum(meters, 1e-6)
    return _Track(person, seen.frame_index, times[seen.frame_index], points.mean(axis=1), heights, boxes, scales)


def _spread(points: Array) -> Array:
    """Root mean square distance (n,) of points (n, K, 2) from their center."""
    return np.asarray(np.sqrt(points.var(axis=1).sum(axis=-1)))


def _merges(tracks: Sequence[_Track], times: Array) -> Iterator[Suggestion]:
    """Who goes on as whom: the best of all pairs of an end and a start first, each used once."""
    found = []
    for before, after in permutations(tracks, 2):
        gap = float(after.times[0] - before.times[-1])
        overlap = shared_seconds(before.person.observations, after.person.observations, times)
        if before.times[0] >= after.times[0] or gap > _LONGEST_GAP_S or overlap > _OVERLAP_S or gap < -_OVERLAP_S:
            continue
        size = float(np.median(before.heights[-15:]))
        ratio = float(np.median(after.scales[:15]) / np.median(before.scales[-15:]))
        middle = (before.times[-1] + after.times[0]) / 2
        off = float(np.linalg.norm(before.expected(middle, True) - after.expected(middle, False))) / size
        gap = max(gap, 0.0)
        reach, growth = min(_NEAR + _NEAR_PER_S * gap, _FARTHEST), _GROWTH + _GROWTH_PER_S * gap
        cost = off / reach + abs(np.log(ratio)) / np.log1p(growth)
        if off <= reach and abs(np.log(ratio)) <= np.log1p(growth):
            found.append((cost, before, after, gap, off, ratio))
    ended, started = set(), set()
    for _, before, after, gap, off, ratio in sorted(found, key=lambda each: each[0]):
        if before.person.id in ended or after.person.id in started:
            continue
        ended.add(before.person.id)
        started.add(after.person.id)
        reason = (
            f"{after.person.name} appears {gap:.2f} s after {before.person.name} is last seen, {off:.0%} of a body "
            f"from where they were going, {ratio:.2f} times as large."
        )
        yield Suggestion(reason, Merge(before.person.id, after.person.id))


def _ghosts(tracks: Sequence[_Track]) -> Iterator[Suggestion]:
    for track in tracks:
        if len(tracks) == 1:
            return
        step = float(np.median(np.diff(track.times))) if len(track.times) > 1 else 0.0
        seconds = len(track.times) * step
        others = [other for other in tracks if other is not track and len(other.times) > len(track.times)]
        name = track.person.name
        if seconds < _BRIEF_S and others:
            yield Suggestion(f"{name} is seen for {seconds:.2f} s only.", ghost=track.person.id)
            continue
        for other in others:
            if (share := _shared_box(track, other)) > _COVERED:
                reason = f"{name} covers the same part of the image as {other.person.name}, {share:.0%} of it."
                yield Suggestion(reason, ghost=track.person.id)
                break


def _shared_box(track: _Track, other: _Track) -> float:
    """Median overlap of the boxes (intersection over union); 0 unless both are there nearly all the time."""
    _, mine, theirs = np.intersect1d(track.frames, other.frames, return_indices=True)
    if len(mine) < 0.9 * len(track.frames):
        return 0.0
    a, b = track.boxes[mine], other.boxes[theirs]
    inner = np.clip(np.minimum(a[:, 1], b[:, 1]) - np.maximum(a[:, 0], b[:, 0]), 0, None).prod(axis=-1)
    union = np.ptp(a, axis=1).prod(axis=-1) + np.ptp(b, axis=1).prod(axis=-1) - inner
    return float(np.median(inner / np.maximum(union, 1e-9)))


def _swaps(tracks: Sequence[_Track], times: Array) -> Iterator[Suggestion]:
    """Moments at which two people jump to where the other one was."""
    for one, two in combinations(tracks, 2):
        frames, a, b = np.intersect1d(one.frames, two.frames, return_indices=True)
        if len(frames) < 2:
            continue
        size = np.minimum(one.heights[a], two.heights[b])[1:]
        from_a, to_a = one.centers[a][:-1], one.centers[a][1:]
        from_b, to_b = two.centers[b][:-1], two.centers[b][1:]
        stay = np.minimum(*(np.linalg.norm(end - start, axis=1) for start, end in ((from_a, to_a), (from_b, to_b))))
        cross = np.maximum(*(np.linalg.norm(end - start, axis=1) for start, end in ((from_a, to_b), (from_b, to_a))))
        for row in np.flatnonzero((stay > _JUMP * size) & (cross < stay / 2)):
            second = float(times[frames[row + 1]])
            reason = f"{one.person.name} and {two.person.name} jump to each other's place at {second:.2f} s."
            yield Suggestion(reason, Swap(one.person.id, two.person.id, second))
