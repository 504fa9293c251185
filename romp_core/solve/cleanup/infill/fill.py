"""Fills what of a motion is not seen, and says how well: see `infill`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ....geometry.rotations import slerp
from ....geometry.skeleton import N_JOINTS
from ....typing import Array
from .gaps import REACH, Bridge, Estimate, Gap, best_bridge, gaps_of
from .motion_prior import alike, gone_on, stretches_like
from .pose_prior import conditional
from .smoother import smooth_track, solve_stiff, stiffness_of
from .track import ROOT, Track, track_of

NOISE = 0.03
"""Usual deviation of an estimated joint, radians."""
_PASSES = 2
_SHORT_S = 0.1
"""Gaps up to this long are bridged, and count as seen for the joints around them."""
_CONFIDENT = 0.35
"""Radians of deviation at which a filled joint has a confidence of 1/e."""
_PSEUDO = 1 / 3
"""Weight of what is filled in, against what is seen with the same deviation."""
_TRUSTED = 0.6
"""Confidence from which a filled joint is learned from."""
_LEAST = 1e-5
"""Square radians that no estimate is better than."""
_USUAL_RAD, _USUAL_S = 0.5, 0.4
"""Deviation of a bridge far from its ends, and how far that is, where the clip does not show it."""


@dataclass(frozen=True)
class Filled:
    """A motion without holes.

    Attributes:
        rotations: (T, 24, 4); root: (T, 3) or None.
        confidence: (T, 24) 0..1; 1 where it is seen.
        predicted: (T, 24) share of what is not from the bridge over the ends, but from what the person does else.
        longest: (24,) frames of the longest gap of each joint.
    """

    rotations: Array
    root: Array | None
    confidence: Array
    predicted: Array
    longest: Array


def infill(rotations: Array, visibility: Array, fps: float, root: Array | None = None, noise: float = NOISE) -> Filled:
    """Fill what is not seen; smooth what is, as `noise` asks for.

    Args:
        rotations: (T, 24, 4) local joint rotations; what is not seen may be anything finite.
        visibility: (T, 24) 0..1; 0.5 and more counts as seen. fps: of the evenly spaced frames.
        root: (T, 3) meters, with the pelvis in a world with z up; None where the way up is not known: then the
            pelvis is a joint like others.
        noise: deviation of the joints that are seen, radians.
    """
    seen = np.asarray(visibility) >= 0.5
    start = bridged_rotations(rotations, seen)
    if root is not None:
        root = _bridged(np.asarray(root, np.float64), seen[:, 0])
    weights = np.where(seen, visibility, 0.0)
    rough = smooth_track(start, start, np.where(seen, weights, _PSEUDO / 4), fps, noise)
    calm = np.where(seen[..., None], rough, start)
    track = track_of(calm, seen, root)
    short = max(1, round(_SHORT_S * fps))
    gaps = list(gaps_of(track.seen))
    long = [gap for gap in gaps if gap.length > short]
    shown = np.ones(track.seen.shape, bool)
    for gap in long:
        shown[gap.start : gap.stop, list(gap.joints)] = False
    track = replace(track, seen=shown)
    variance, predicted = np.zeros(track.seen.shape), np.zeros(track.seen.shape)
    for gap in gaps:
        variance[gap.start : gap.stop, list(gap.joints)] = _usual_variance(gap, len(seen), fps)
    trusted, ways = shown, [_by_its_movement(track, gap, fps) for gap in long]
    for _ in range(_PASSES):
        found = track
        for gap, estimates in zip(long, ways, strict=True):
            best, learned = _combined([*estimates, conditional(track, gap, _others(track, gap), trusted)])
            cells = np.ix_(np.arange(gap.start, gap.stop), np.array(gap.joints))
            variance[cells], predicted[cells] = best.variance, learned
            found = _put(found, gap, best.values)
        track = found
        trusted = shown | (_confidence(variance) > _TRUSTED)
    observed = np.where(seen[..., None], rotations, track.rotations())
    pseudo = _PSEUDO * noise**2 / (variance[:, :N_JOINTS] + noise**2)
    smooth = smooth_track(track.rotations(), observed, np.where(seen, weights, pseudo), fps, noise)
    longest = np.zeros(N_JOINTS, int)
    for gap in gaps:
        own = [joint for joint in gap.joints if joint < N_JOINTS]
        longest[own] = np.maximum(longest[own], gap.length)
    return Filled(
        smooth,
        None if root is None else _smooth_root(track, seen[:, 0], variance[:, ROOT], fps, noise),
        np.where(seen, 1.0, _confidence(variance[:, :N_JOINTS])),
        np.where(seen, 0.0, predicted[:, :N_JOINTS]),
        longest,
    )


def _smooth_root(track: Track, seen: Array, variance: Array, fps: float, noise: float) -> Array:
    """The path (T, 3) as the rotations are smoothed, a meter for a radian."""
    weights = np.where(seen, 1.0, _PSEUDO * noise**2 / (variance + noise**2))[:, None]
    if len(weights) < 3:
        return track.root
    return solve_stiff(weights, stiffness_of(fps, noise), weights[..., None] * track.root[:, None])[:, 0]


def bridged_rotations(rotations: Array, seen: Array) -> Array:
    """Every joint the shortest way across its gaps, and held at the ends of the clip."""
    result = np.array(rotations, np.float64)
    at = np.arange(len(result))
    for joint in range(result.shape[1]):
        known = np.flatnonzero(seen[:, joint])
        if not len(known) or len(known) == len(at):
            continue
        after = np.clip(np.searchsorted(known, at), 0, len(known) - 1)
        before = np.clip(np.searchsorted(known, at, side="right") - 1, 0, len(known) - 1)
        a, b = known[before], known[after]
        share = np.where(b > a, (at - a) / np.maximum(b - a, 1), 0.0)
        result[:, joint] = slerp(result[a, joint], result[b, joint], share)
    return result


def _bridged(track: Array, seen: Array) -> Array:
    known = np.flatnonzero(seen)
    if not len(known):
        return track
    at = np.arange(len(track))
    return np.stack([np.interp(at, known, track[known, axis]) for axis in range(track.shape[1])], axis=1)


def _others(track: Track, gap: Gap) -> Array:
    """Joints that are seen in and around a gap."""
    return np.flatnonzero(track.seen[max(gap.start - REACH, 0) : gap.stop + REACH].all(axis=0))


def _by_its_movement(track: Track, gap: Gap, fps: float) -> list[Estimate | None]:
    """A gap as its ends, and movements like the one around it, suggest; the first one is there in any case."""
    if gap.start == 0 or gap.stop == len(track.values):
        held = track.values[gap.start : gap.stop, gap.columns]
        return [Estimate(held, _usual_variance(gap, len(track.values), fps))]
    others = _others(track, gap)
    straight, way = _bridged_gap(track, gap, fps)
    return [
        straight,
        alike(track, gap, others, way),
        gone_on(track, gap, others, backwards=False),
        gone_on(track, gap, others, backwards=True),
    ]


def _combined(estimates: Sequence[Estimate | None]) -> tuple[Estimate, Array]:
    """The best of several estimates of a gap, and the share (length, joints) of what is not from the first one."""
    found = [each for each in estimates if each is not None]
    # What is surer counts more than by independent errors, which these are not.
    trust = np.stack([(each.variance + _LEAST) ** -2.0 for each in found])
    trust /= trust.sum(axis=0)
    values = (np.repeat(trust, 3, axis=2) * [each.values for each in found]).sum(axis=0)
    variance = (trust * [np.where(np.isfinite(each.variance), each.variance, 0) for each in found]).sum(axis=0)
    return Estimate(values, variance), 1 - trust[0]


def _bridged_gap(track: Track, gap: Gap, fps: float) -> tuple[Estimate, Bridge]:
    """The gap bridged, in the way that is best in other stretches, with its error there."""
    rows = np.clip(np.arange(gap.start - REACH, gap.stop + REACH), 0, len(track.values) - 1)
    padded = replace(track, values=track.values[rows])
    here = padded.windows(np.array([REACH]), gap.length)
    windows, _ = stretches_like(track, gap, np.zeros(0, int))
    if len(windows) < 2 * REACH:
        way = Bridge(gap.length, float(np.clip(2 - 2 * gap.length / fps, 0, 1)), False)
        variance = _usual_variance(gap, len(track.values), fps)
    else:
        way, squares = best_bridge(windows[:, :, gap.columns], gap.length)
        variance = squares.reshape(gap.length, -1, 3).mean(axis=-1)
    whole = np.zeros((gap.length, track.values.shape[1]))
    whole[:, gap.columns] = way.over(here[:, :, gap.columns])[0]
    return Estimate(padded.from_ends(REACH, whole)[:, gap.columns], variance), way


def _put(track: Track, gap: Gap, filled: Array) -> Track:
    values = np.array(track.values)
    values[gap.start : gap.stop, gap.columns] = filled
    return replace(track, values=values)


def _usual_variance(gap: Gap, count: int, fps: float) -> Array:
    """(length, joints) of a bridge, by the distance from the nearer end, where nothing better is known."""
    at = np.arange(gap.length) + 1.0
    before = at if gap.start > 0 else np.full(gap.length, np.inf)
    after = gap.length + 1 - at if gap.stop < count else np.full(gap.length, np.inf)
    share = 1 - np.exp(-np.minimum(before, after) / fps / _USUAL_S)
    return np.repeat((_USUAL_RAD * share[:, None]) ** 2, len(gap.joints), axis=1)


def _confidence(variance: Array) -> Array:
    return np.asarray(np.exp(-np.sqrt(3 * (variance + _LEAST)) / _CONFIDENT))
