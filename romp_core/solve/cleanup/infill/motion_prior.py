"""What a person did at other times in which it moved alike: how a gap departs from the bridge over its ends, and how a
movement went on, or came about.

Learned from stretches of the same clip and their mirror images. A motion that never returns earns no trust.
"""

from __future__ import annotations

import numpy as np

from ....typing import Array
from .gaps import REACH, Bridge, Estimate, Gap, columns_of
from .regression import Examples, predict
from .track import BOTH, Track

_MOST_WINDOWS = 200
_ENDS = (0, 2, 5)
"""Frames before and after a gap that are compared, from its ends outwards."""
_INSIDE = 5
"""Frames in a gap at which the joints that are seen there are compared."""
_SPEED = 3.0
"""Weight of changes from one of these frames to the next, against poses."""
_HALF = 0.6
"""Share of a gap that is predicted from one of its ends."""


def stretches_like(track: Track, gap: Gap, others: Array, sides: tuple[bool, bool] = BOTH) -> tuple[Array, Array]:
    """Windows (n, frames, D) like that around a gap, in which its joints and others are seen, and their starts (n,)."""
    needed = np.asarray(track.seen[:, [*gap.joints, *others]].all(axis=1))
    before, after = (REACH * side for side in sides)
    size = before + gap.length + after
    if len(needed) < size:
        return np.zeros((0, size, track.values.shape[1])), np.zeros(0, int)
    starts = np.flatnonzero(np.convolve(needed, np.ones(size), mode="valid") > size - 0.5) + before
    starts = starts[:: max(1, -(-len(starts) // _MOST_WINDOWS))]
    return track.windows(starts, gap.length, sides), starts


def alike(track: Track, gap: Gap, others: Array, way: Bridge) -> Estimate | None:
    """A gap as whole stretches like it suggest; None where there are too few, or it is at an end of the track.

    Args:
        others: joints that are seen in and around the gap. way: that is departed from.
    """
    if gap.start < REACH or gap.stop + REACH > len(track.values):
        return None
    windows, starts, real = _examples(track, gap, others, BOTH)
    if not len(starts):
        return None
    here = track.windows(np.array([gap.start]), gap.length)
    columns, seen = gap.columns, columns_of(others)
    bridged = way.over(windows[:, :, columns])
    departures = (windows[:, REACH:-REACH, columns] - bridged).reshape(len(windows), -1)
    inputs, query = (_features(each, columns, seen, BOTH) for each in (windows, here))
    found = predict(Examples(inputs, departures, starts, real, gap.length + 2 * REACH), query[0])
    if found is None:
        return None
    values = way.over(here[:, :, columns])[0] + found[0].reshape(gap.length, -1)
    return _estimate(track, gap, values, found[1], BOTH)


def gone_on(track: Track, gap: Gap, others: Array, backwards: bool) -> Estimate | None:
    """The part of a gap next to one of its ends as movements went on that were like the one there.

    Args:
        backwards: from the end after the gap; else from the one before.
    """
    length = max(1, round(_HALF * gap.length))
    part = Gap(gap.joints, gap.stop - length, gap.stop) if backwards else Gap(gap.joints, gap.start, gap.start + length)
    sides = (False, True) if backwards else (True, False)
    if (gap.stop + REACH > len(track.values)) if backwards else (gap.start < REACH):
        return None
    windows, starts, real = _examples(track, part, others, sides)
    if not len(starts):
        return None
    here = track.windows(np.array([part.start]), length, sides)
    columns, seen = gap.columns, columns_of(others)
    end = length if backwards else REACH - 1
    inside = slice(0, length) if backwards else slice(REACH, REACH + length)
    targets = (windows[:, inside][:, :, columns] - windows[:, end][:, None][:, :, columns]).reshape(len(windows), -1)
    inputs, query = (_features(each, columns, seen, sides) for each in (windows, here))
    found = predict(Examples(inputs, targets, starts, real, length + REACH), query[0])
    if found is None:
        return None
    values = here[0, end, columns] + found[0].reshape(length, -1)
    near = _estimate(track, part, values, found[1], sides)
    values, variance = np.zeros((gap.length, len(columns))), np.full((gap.length, len(gap.joints)), np.inf)
    at = slice(part.start - gap.start, part.stop - gap.start)
    fading = np.linspace(1, 0, length, endpoint=False)[:, None]  # lest the other end takes over in one frame
    values[at], variance[at] = near.values, near.variance / (fading[::-1] if backwards else fading) ** 2
    return Estimate(values, variance)


def _examples(track: Track, gap: Gap, others: Array, sides: tuple[bool, bool]) -> tuple[Array, Array, Array]:
    """Windows, their starts, and which are not mirrored."""
    plain, mirrored = (stretches_like(each, gap, others, sides) for each in (track, track.mirrored()))
    real = np.arange(len(plain[1]) + len(mirrored[1])) < len(plain[1])
    return np.concatenate([plain[0], mirrored[0]]), np.concatenate([plain[1], mirrored[1]]), real


def _estimate(track: Track, gap: Gap, values: Array, squares: Array, sides: tuple[bool, bool]) -> Estimate:
    whole = np.zeros((gap.length, track.values.shape[1]))
    whole[:, gap.columns] = values
    variance = squares.reshape(gap.length, -1, 3).mean(axis=-1)
    return Estimate(track.from_ends(gap.start, whole, sides)[:, gap.columns], variance)


def _features(windows: Array, columns: Array, seen: Array, sides: tuple[bool, bool]) -> Array:
    """(n, F) what is known of gaps: all joints around them, and those that are seen, inside."""
    before, after = (REACH * side for side in sides)
    length = windows.shape[1] - before - after
    known = np.concatenate([columns, seen])
    parts = []
    for side, ends in zip(sides, ([before - 1 - k for k in _ENDS], [before + length + k for k in _ENDS]), strict=True):
        if side:
            poses = windows[:, ends][:, :, known]
            parts += [poses[:, 0], *(_SPEED * np.diff(poses, axis=1).swapaxes(0, 1))]
    inside = np.linspace(before, before + length - 1, min(_INSIDE, length)).round().astype(int)
    parts.append(windows[:, inside][:, :, seen].reshape(len(windows), -1))
    return np.concatenate(parts, axis=1)
