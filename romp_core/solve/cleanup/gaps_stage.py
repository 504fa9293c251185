"""What the character does while the person is not seen, and where single joints are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ...geometry.rotations import make_continuous, slerp
from ...geometry.skeleton import N_JOINTS
from ...take.resample import frame_interval, sampling
from ...take.sources import HELD, HIDDEN, INFILLED, INTERPOLATED, MEASURED
from ...take.take import FootageInfo, Motion
from ...typing import Array
from ..contacts.detection import runs
from ..contacts.legs import CheckIn
from ..segments import nearest_of
from .gap_contacts import with_gap_contacts
from .infill import infill

_NOISE = 0.005
"""Deviation, radians, of what is seen in a motion that has been smoothed."""
_AROUND_S = 12.0
"""Time before and after what is filled in that is learned from."""
_FADE_S = 0.5
_POSE = ("rotations", "root", "fingers", "face")
"""Time after which a pose that is held or interpolated has a confidence of 1/e."""
_SEEN = 0.5


@dataclass(frozen=True)
class Gap:
    """A gap of a person: its rows of the motion, and what is done about it.

    Attributes:
        asked: the user decided it for this gap.
    """

    rows: slice
    method: str
    asked: bool


def without_gaps(
    motion: Motion,
    visible: Array,
    footage: FootageInfo,
    method: str,
    longest: float,
    check_in: CheckIn,
    decided: Iterable[tuple[float, str]] = (),
) -> Motion:
    """A person's motion with gaps treated as asked for, and with the source and confidence of every joint.

    Args:
        motion: in a world with z up. visible: (m, 24) 0..1, 0 where the person was not found.
        method: "infill", "interpolate", "hold" or "hide". longest: to infill, seconds; the body is hidden in longer
            gaps.
        decided: seconds of the footage, and the method of the gap in which each lies, however long that is; of several
            for one gap the last counts.
    """
    times = footage.times[motion.frame_index]
    found = visible.max(axis=1) > 0
    gaps = list(_gaps(found, times, method, decided))
    motion = _tagged(motion, visible, found, times)
    if method == "infill" or any(gap.method == "infill" for gap in gaps):
        for part in _shots(motion, footage):
            motion = _filled(motion, visible, gaps, part, times, longest, method == "infill", check_in)
    for gap in gaps:
        if gap.method == "interpolate" and gap.asked and not motion.valid[gap.rows].all():
            motion = _interpolated(motion, gap.rows, times, footage)
    motion = _held(motion, _rows_of(gaps, len(found), "hold"))
    return _hidden(motion, _rows_of(gaps, len(found), "hide"))


def _gaps(found: Array, times: Array, method: str, decided: Iterable[tuple[float, str]]) -> Iterator[Gap]:
    decided = list(decided)
    for start, stop in runs(~found):
        first, last = times[max(start - 1, 0)], times[min(stop, len(times) - 1)]
        own = [each for second, each in decided if first <= second <= last]
        yield Gap(slice(start, stop), own[-1] if own else method, bool(own))


def _rows_of(gaps: Iterable[Gap], count: int, method: str, asked: bool = False) -> Array:
    """(m,) bool: in gaps that are treated so; with `asked`, only where the user decided it for the gap."""
    rows = np.zeros(count, bool)
    for gap in gaps:
        rows[gap.rows] = gap.method == method and (gap.asked or not asked)
    return rows


def _tagged(motion: Motion, visible: Array, found: Array, times: Array) -> Motion:
    """The motion with sources and confidences as the fit leaves it: gaps interpolated, or nothing known."""
    source = np.where(found, MEASURED, INTERPOLATED)[:, None].repeat(N_JOINTS, axis=1)
    away = np.abs(times - times[found][nearest_of(np.flatnonzero(found), len(found))]) if found.any() else 0 * times
    confidence = np.where(found[:, None], visible, np.exp(-away / _FADE_S)[:, None])
    tagged = replace(motion, source=source.astype(np.uint8), confidence=confidence.astype(np.float32))
    return _hidden(tagged, ~motion.valid)


def _hidden(motion: Motion, rows: Array) -> Motion:
    source, confidence = np.array(motion.source), np.array(motion.confidence)
    source[rows], confidence[rows] = HIDDEN, 0
    return replace(motion, valid=motion.valid & ~rows, source=source, confidence=confidence)


def _held(motion: Motion, rows: Array) -> Motion:
    """The last pose before these rows (m,), until they end."""
    last = np.maximum.accumulate(np.where(rows, 0, np.arange(len(rows))))
    source = np.where(rows[:, None], HELD, motion.source).astype(np.uint8)
    held = {name: values[last] for name in _POSE if len(values := getattr(motion, name))}
    return replace(motion, **held, valid=motion.valid | rows, source=source)


def _interpolated(motion: Motion, rows: slice, times: Array, footage: FootageInfo) -> Motion:
    """From the pose before some rows to the one after them; nothing across a cut, or without both."""
    first, last = rows.start - 1, rows.stop
    if first < 0 or last >= len(times):
        return motion
    if any(motion.frame_index[first] < cut <= motion.frame_index[last] for cut in footage.cuts):
        return motion
    share = ((times[rows] - times[first]) / (times[last] - times[first]))[:, None]
    between = {
        "rotations": slerp(motion.rotations[None, first], motion.rotations[None, last], share),
        "root": motion.root[first] * (1 - share) + motion.root[last] * share,
        "confidence": np.exp(-np.minimum(times[rows] - times[first], times[last] - times[rows]) / _FADE_S)[:, None],
        "source": INTERPOLATED,
        "valid": True,
    }
    if motion.has_fingers:
        between["fingers"] = slerp(motion.fingers[None, first], motion.fingers[None, last], share)
    if motion.has_face:
        between["face"] = motion.face[first] * (1 - share) + motion.face[last] * share
    arrays = {name: np.array(getattr(motion, name)) for name in between}
    for name, values in between.items():
        arrays[name][rows] = values
    return replace(motion, **arrays)


def _shots(motion: Motion, footage: FootageInfo) -> Iterator[slice]:
    """The frames of one shot after the other."""
    cuts = np.searchsorted(motion.frame_index, np.asarray(footage.cuts, int))
    edges = np.unique([0, *cuts, len(motion.frame_index)])
    for start, stop in pairwise(edges):
        yield slice(int(start), int(stop))


def _filled(
    motion: Motion,
    visible: Array,
    gaps: Sequence[Gap],
    shot: slice,
    times: Array,
    longest: float,
    limbs: bool,
    check_in: CheckIn,
) -> Motion:
    """The motion with those gaps of one shot filled in that are to be; and, with `limbs`, joints that are not seen."""
    step, count = frame_interval(times), len(times)
    lost = visible[shot].max(axis=1) == 0
    short, asked = (_rows_of(gaps, count, "infill", only_asked)[shot] for only_asked in (False, True))
    bridged = _short_enough(short[:, None], times[shot], longest + step / 2)[:, 0]
    bridged |= _short_enough(asked[:, None], times[shot], np.inf)[:, 0]
    left = lost & ~bridged
    motion = _hidden(motion, _in(left, shot, len(times)) & ~motion.valid)
    unseen = _short_enough((visible[shot] < _SEEN) & ~lost[:, None], times[shot], longest + step / 2)
    hidden = bridged[:, None] | (unseen & limbs)
    todo = np.asarray(hidden.any(axis=1))
    reach = round(_AROUND_S / step)
    for start, stop in _clusters(todo, 2 * reach):
        check_in()
        low, high = max(start - reach, 0), min(stop + reach, len(todo))
        before, after = np.flatnonzero(left[low:start]), np.flatnonzero(left[stop:high])
        low = low + before[-1] + 1 if len(before) else low
        high = stop + after[0] if len(after) else high
        rows = np.arange(shot.start + low, shot.start + high)
        motion = _window_filled(motion, hidden[low:high], rows, times[rows])
    return motion


def _in(flags: Array, shot: slice, count: int) -> Array:
    whole = np.zeros(count, bool)
    whole[shot] = flags
    return whole


def _short_enough(hidden: Array, times: Array, longest: float) -> Array:
    """The hidden cells (m, n) in gaps that are no longer than that, and that have an end on either side."""
    result = np.zeros_like(hidden)
    for joint in range(hidden.shape[1]):
        for start, stop in runs(hidden[:, joint]):
            if start > 0 and stop < len(times) and times[stop] - times[start] <= longest:
                result[start:stop, joint] = True
    return result


def _clusters(flags: Array, apart: int) -> Iterator[tuple[int, int]]:
    """(start, stop) of runs of true values, those together that are less than so many frames apart."""
    current: tuple[int, int] | None = None
    for start, stop in runs(flags):
        if current is not None and start - current[1] <= apart:
            current = current[0], stop
            continue
        if current is not None:
            yield current
        current = start, stop
    if current is not None:
        yield current


def _window_filled(motion: Motion, hidden: Array, rows: Array, times: Array) -> Motion:
    """The motion with hidden cells (n, 24) of consecutive rows (n,) filled in."""
    rotations, root = motion.rotations[rows].astype(np.float64), motion.root[rows].astype(np.float64)
    interval = frame_interval(times)
    even = np.linspace(times[0], times[-1], max(len(times), round((times[-1] - times[0]) / interval) + 1))
    interval = float(even[1] - even[0])
    before, after, share = sampling(times, even)
    seen = ~(hidden[before] | hidden[after])
    spread = slerp(rotations[before], rotations[after], share[:, None])
    filled = infill(
        spread, seen, 1 / interval, root[before] + (root[after] - root[before]) * share[:, None], noise=_NOISE
    )
    assert filled.root is not None
    before, after, share = sampling(even, times)
    found = slerp(filled.rotations[before], filled.rotations[after], share[:, None])
    path = filled.root[before] + (filled.root[after] - filled.root[before]) * share[:, None]
    certain = filled.confidence[before] * (1 - share[:, None]) + filled.confidence[after] * share[:, None]
    lost = hidden.all(axis=1)
    changed = {
        "rotations": (np.where(hidden[..., None], found, rotations), motion.rotations),
        "root": (np.where(hidden[:, :1], path, root), motion.root),
        "confidence": (np.where(hidden, certain, motion.confidence[rows]), motion.confidence),
        "source": (np.where(hidden, INFILLED, motion.source[rows]), motion.source),
        "valid": (motion.valid[rows] | lost, motion.valid),
    }
    arrays = {}
    for name, (values, old) in changed.items():
        arrays[name] = np.array(old)
        arrays[name][rows] = values
    arrays["rotations"] = make_continuous(arrays["rotations"]).astype(np.float32)
    return with_gap_contacts(replace(motion, **arrays), np.asarray(lost), rows)
