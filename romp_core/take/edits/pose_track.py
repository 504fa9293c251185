"""What pose edits do over time: exact where somebody posed, eased around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np

from ...geometry.rotations import side_of, slerp
from ...typing import Array
from .poses import ROOT, SAME_S, PoseEdit

_ON_FRAME = 0.01
"""Of the time between two frames: nearer than this is on a frame."""


@dataclass(frozen=True)
class Correction:
    """What pose edits do to a person in m moments.

    Attributes:
        turns: (m, J, 4) to multiply to the right of the joints' rotations, with positive scalar parts.
        shifts: (m, 3) of the pelvis, meters. weights: (m, J) 0 to 1, how far a turn is what somebody posed.
    """

    turns: Array
    shifts: Array
    weights: Array


def correction(
    edits: Iterable[PoseEdit], names: Sequence[str], times: Array, cuts: Sequence[int], at: Array
) -> Correction:
    """What the edits of one person do at these seconds (m,) of the footage; muted ones do nothing.

    Of two that speak about the same moment, the later one counts, and the earlier one around it. The pose goes straight
    from one to the next that is nearer than their eases together; nothing crosses a cut.

    Args:
        names: of the joints. times: (T,) seconds of the footage's frames; cuts: frames at which a new shot starts.
    """
    active = [each for each in edits if not each.muted]
    turns, weights = np.zeros((len(at), len(names), 4)), np.zeros((len(at), len(names)))
    shifts, at_rest = np.zeros((len(at), 3)), np.array([1.0, 0.0, 0.0, 0.0])
    turns[:] = at_rest
    starts = times[list(cuts)]
    for joint in {joint: None for edit in active for joint in edit.joints}:
        pieces = _pieces(joint, active, times)
        if joint == ROOT:
            shifts = _track(pieces, _shifts_at, _line, np.zeros(3), starts, at)[0]
        elif joint in names:
            column, posed = names.index(joint), partial(_turns_at, joint)
            turns[:, column], weights[:, column] = _track(pieces, posed, slerp, at_rest, starts, at)
    return Correction(turns * side_of(turns, at_rest), shifts, weights)


@dataclass(frozen=True)
class _Piece:
    """From its first to its last second, an edit says how a joint is turned."""

    first: float
    last: float
    edit: PoseEdit


def _pieces(joint: str, active: Iterable[PoseEdit], times: Array) -> list[_Piece]:
    """What counts of the edits of a joint, in the order of time. An edit between two frames counts for both of them."""
    pieces: list[_Piece] = []
    for edit in active:
        if joint in edit.joints:
            before, after = _frames_around(edit.seconds[0], times)[0], _frames_around(edit.seconds[-1], times)[1]
            new = _Piece(float(times[before]), float(times[after]), edit)
            pieces = [*(part for each in pieces for part in _beside(each, new)), new]
    return sorted(pieces, key=lambda piece: piece.first)


def _beside(piece: _Piece, new: _Piece) -> Iterator[_Piece]:
    """What is left of an earlier edit beside a new one, which takes its ease from it."""
    if piece.last < new.first - SAME_S or piece.first > new.last + SAME_S:
        yield piece
        return
    if piece.first < new.first - SAME_S:
        yield replace(piece, last=max(piece.first, new.first - new.edit.ease))
    if piece.last > new.last + SAME_S:
        yield replace(piece, first=min(piece.last, new.last + new.edit.ease))


def _track(
    pieces: Sequence[_Piece],
    posed: Callable[[PoseEdit, Array], Array],
    mixed: Callable[[Array, Array, Array], Array],
    at_rest: Array,
    starts: Array,
    at: Array,
) -> tuple[Array, Array]:
    """Values (m, k) of one joint, and how far they are what somebody posed (m,).

    Args:
        posed: values of an edit at some seconds. mixed: between two values. at_rest: (k,). starts: of shots, seconds.
    """
    values, weights = np.tile(at_rest, (len(at), 1)), np.zeros(len(at))
    for piece in pieces:
        inside = (at > piece.first - SAME_S) & (at < piece.last + SAME_S)
        values[inside], weights[inside] = posed(piece.edit, at[inside]), 1
    for before, after in pairwise([None, *pieces, None]):
        low, high = before.last if before else -np.inf, after.first if after else np.inf
        between = (at > low + SAME_S) & (at < high - SAME_S)
        is_near = before and after and high - low <= before.edit.ease + after.edit.ease
        if before and after and is_near and _shot(low, starts) == _shot(high, starts):
            one, other = posed(before.edit, np.array([low])), posed(after.edit, np.array([high]))
            values[between] = mixed(one, other, _smooth((at[between] - low) / (high - low)))
            weights[between] = 1
            continue
        for side, end in ((before, low), (after, high)):
            if side is not None and side.edit.ease > 0:
                weight = 1 - _smooth(np.abs(at - end) / side.edit.ease)
                rows = between & (weight > 0) & (_shot(at, starts) == _shot(end, starts))
                values[rows] = mixed(at_rest, posed(side.edit, np.array([end])), weight[rows])
                weights[rows] = weight[rows]
    return values, weights


def _smooth(share: Array) -> Array:
    """From 0 to 1, starting and ending gently: the cubic smoothstep."""
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


def _shot(at: Array | float, starts: Array) -> Array:
    return np.searchsorted(starts, np.asarray(at) + SAME_S)


def _turns_at(joint: str, edit: PoseEdit, at: Array) -> Array:
    before, after, share = _between(np.asarray(edit.seconds), at)
    turns = np.asarray(edit.turns[joint])
    return slerp(turns[before], turns[after], share)


def _shifts_at(edit: PoseEdit, at: Array) -> Array:
    before, after, share = _between(np.asarray(edit.seconds), at)
    shifts = np.asarray(edit.shifts)
    return _line(shifts[before], shifts[after], share)


def _line(a: Array, b: Array, share: Array) -> Array:
    return np.asarray(a + (b - a) * share[:, None])


def _frames_around(second: float, times: Array) -> tuple[int, int]:
    """The frames before and after a second, the same twice where it is that of a frame or outside of all."""
    last = len(times) - 1
    after = int(np.clip(np.searchsorted(times, second), 0, last))
    before = max(after - 1, 0)
    span = max(float(times[after] - times[before]), 1e-9)
    share = float(np.clip((second - times[before]) / span, 0, 1))
    if share > 1 - _ON_FRAME:
        return after, after
    return (before, before) if share < _ON_FRAME else (before, after)


def _between(seconds: Array, at: Array) -> tuple[Array, Array, Array]:
    """For each of some moments (n,) the seconds before and after it, by index, and the share between them."""
    row = np.interp(at, seconds, np.arange(len(seconds)))
    before = np.floor(row).astype(int)
    return before, np.ceil(row).astype(int), row - before
