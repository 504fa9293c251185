"""Feet that stand still on the floor after a motion went to legs of other lengths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..geometry.rotations import quat_rotate
from ..solve.contacts.detection import runs
from ..solve.filters import envelope, gaussian
from ..typing import Array
from .legs import LegBuild, LegPose
from .two_bones import reach

_STILL_M = 2e-4
"""Step of a frame below which heel and toes count as still alike."""
_BLEND_S = 0.25
"""A foot that leaves the floor comes back to its own path over this time."""
_NO_FLOOR_M = -0.1
"""Soles that are deeper than this in the source: its floor is not at 0, so none is kept free."""
_REACH = 0.999
_SHIFT_S = 0.1
"""Width of the pelvis' path after what standing feet have in common."""


def plant(
    pose: LegPose,
    build: LegBuild,
    contacts: Array,
    fps: float,
    source: LegPose,
    source_build: LegBuild,
    scale: float,
    step: float,
) -> tuple[LegPose, Array]:
    """Let feet in contact roll on the floor without slipping, and keep all soles above it.

    Args:
        contacts: (n, 2) bool. source: the legs of the source, which show about what its feet turn, and on what they
            stand. scale: of the path, target over source. step: see `BodyMotion`.

    Returns:
        the legs, and how the pelvis moves (n, 3), meters: slowly, with what standing feet need in common, so that legs
        change little; and down where they would be too short.
    """
    lowest = pose.lowest(build)
    ankles = pose.ankles(build)
    heels = _heel_shares(source, source_build)
    heights = source.ankles(source_build)[..., 2] + source.lowest(source_build)
    levels = _levels(heights, contacts, step) * scale
    corrections = _corrections(ankles, pose.soles(build), lowest, heels, contacts, levels, fps)
    goals = ankles + corrections
    if heights.min() > _NO_FLOOR_M:
        goals[..., 2] += np.maximum(0, min(levels.min(), 0.0) - (goals[..., 2] + lowest))
    shift = _common(corrections, contacts, fps)
    shift[:, 2] += _drop(pose.hips + shift[:, None], goals, contacts, build, fps)
    hips = pose.hips + shift[:, None]
    thighs, shins = np.empty_like(pose.thighs), np.empty_like(pose.shins)
    forward = np.array([0.0, -1.0, 0.0])
    for side in (0, 1):
        thighs[:, side], shins[:, side] = reach(
            pose.thighs[:, side],
            pose.shins[:, side],
            hips[:, side],
            goals[:, side],
            build.lengths[side],
            quat_rotate(pose.thighs[:, side], forward),
        )
    return replace(pose, hips=hips, thighs=thighs, shins=shins), shift


def _common(corrections: Array, contacts: Array, fps: float) -> Array:
    """Mean correction of the standing feet (n, 3), smooth over time."""
    count = contacts.sum(axis=1)
    stands = np.flatnonzero(count)
    mean = (corrections * contacts[..., None]).sum(axis=1)[stands] / count[stands, None]
    frames = np.arange(len(contacts))
    filled = np.stack([np.interp(frames, stands, column) for column in mean.T], axis=1)
    return gaussian(filled, _SHIFT_S * fps)


def _heel_shares(source: LegPose, build: LegBuild) -> Array:
    """How far feet turn about the heel, 1, or about the joint of the toes, 0: (n, 2), by which of them moves less."""
    points = source.ankles(build)[:, :, None] + source.soles(build)
    if len(points) < 2:
        return np.zeros((len(points), 2))
    moved = (np.gradient(points, axis=0)[..., :2] ** 2).sum(axis=-1) + _STILL_M**2
    return np.asarray(moved[..., 1] / moved.sum(axis=-1))


def _levels(heights: Array, contacts: Array, step: float) -> Array:
    """The height (n, 2) of what each foot stands on, by the heights of its sole; 0 on the floor and where it is up."""
    levels = np.zeros_like(heights)
    for side in (0, 1):
        for start, stop in runs(contacts[:, side]):
            height = float(np.median(heights[start:stop, side]))
            levels[start:stop, side] = height if abs(height) > step else 0.0
    return levels


def _corrections(
    ankles: Array, soles: Array, lowest: Array, heels: Array, contacts: Array, levels: Array, fps: float
) -> Array:
    """What brings ankles (n, 2, 3) to where standing feet need them; it fades before and after each stand."""
    total = np.zeros_like(ankles)
    for side in (0, 1):
        stands = list(runs(contacts[:, side]))
        for start, stop in stands:
            part = slice(start, stop)
            total[part, side] = (
                _rolled(
                    ankles[part, side], soles[part, side], lowest[part, side], heels[part, side], levels[start, side]
                )
                - ankles[part, side]
            )
        _fade(total[:, side], stands, max(1, round(_BLEND_S * fps)))
    return total


def _rolled(ankles: Array, soles: Array, lowest: Array, heels: Array, level: float) -> Array:
    """Path of an ankle (n, 3) over a foot that rolls on what is at this height, near the path it has.

    Args:
        soles: (n, 2, 3) heel and joint of the toes, from the ankle. lowest: (n,) of the foot, from the ankle.
        heels: (n,) how far the foot turns about the heel.
    """
    share = heels[:, None]
    path = np.zeros_like(ankles)
    if len(ankles) > 1:
        middle = (share[1:] + share[:-1]) / 2
        path[1:] = -np.cumsum(middle * np.diff(soles[:, 0], axis=0) + (1 - middle) * np.diff(soles[:, 1], axis=0), 0)
    path += (ankles - path).mean(axis=0)
    path[:, 2] = level - lowest
    return path


def _fade(corrections: Array, stands: list[tuple[int, int]], width: int) -> None:
    """Between stands, lead from the correction of one to that of the next; over long ways by none at all."""
    ends = [0, *(stop for _, stop in stands)]
    starts = [*(start for start, _ in stands), len(corrections)]
    for number, (begin, end) in enumerate(zip(ends, starts, strict=True)):
        before = corrections[begin - 1].copy() if number > 0 else None
        after = corrections[end].copy() if number < len(stands) else None
        gap = end - begin
        if before is not None and after is not None and gap < 2 * width:
            share = _smooth(np.arange(1, gap + 1) / (gap + 1))[:, None]
            corrections[begin:end] = before * (1 - share) + after * share
            continue
        falling = 1 - _smooth(np.arange(1, min(width, gap) + 1) / (width + 1))[:, None]
        if before is not None:
            corrections[begin : begin + len(falling)] += before * falling
        if after is not None:
            corrections[end - len(falling) : end] += after * falling[::-1]


def _smooth(share: Array) -> Array:
    return np.asarray(share * share * (3 - 2 * share))


def _drop(hips: Array, goals: Array, contacts: Array, build: LegBuild, fps: float) -> Array:
    """How far the pelvis has to come down (n,), 0 or less, so that standing legs reach the floor."""
    longest = build.lengths.sum(axis=1) * _REACH
    across = np.linalg.norm(goals[..., :2] - hips[..., :2], axis=-1)
    reachable = np.sqrt(np.maximum(longest**2 - across**2, 0))
    need = (np.maximum(hips[..., 2] - goals[..., 2] - reachable, 0) * contacts).max(axis=1)
    if not need.any():
        return np.zeros(len(need))
    width = max(1, round(0.1 * fps))
    return -envelope(need, width, width / 2)
