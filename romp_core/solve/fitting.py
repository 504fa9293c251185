"""Landmarks of one person to rotations and root in camera space: the part that is special to landmark models."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..rotations import Array, make_continuous, quat_from_matrix, slerp
from ..take import Observations
from .chain import LEAD, Chain, expand
from .filters import gaussian
from .fit import Evidence, bone_directions, fit, landmark_trust
from .initial import orient_joints, place_root, toward_viewer
from .landmarks import USED
from .timeline import Segment, blend_weights, windows

_WINDOW, _OVERLAP = 480, 60
_STAGES = ((6, 1.8, 0.4), (4, 1.3, 0.7), (5, 1.0, 1.0))
"""(rounds, factor on the smoothing, freedom of the joints): from a calm, restful motion to what the pictures show."""
_START_SMOOTHING_S = 0.06
_UNSEEN = 1e-3
"""Trust in landmarks interpolated over a gap: enough to choose among what the motion around allows."""


def fit_segment(
    segment: Segment,
    observations: Observations,
    rest_joints: Array,
    height_m: float,
    focal_px: float,
    center_px: Array,
    strength: float,
    progress: Callable[[float], None],
) -> tuple[Array, Array]:
    """Local rotations (T, 24, 4) with the pelvis in camera space, and root (T, 3), float32, at the sample times.

    Long segments are fitted in overlapping windows and blended, so that memory does not grow with the take.
    """
    chain = Chain(rest_joints)
    count = len(segment.sample_times)
    rotations, root = np.empty((count, 24, 4), np.float32), np.empty((count, 3), np.float32)
    done = 0
    for start, stop in windows(count, _WINDOW, _OVERLAP):
        evidence, turns, place = _prepare(
            chain, segment, observations, slice(start, stop), height_m, focal_px, center_px
        )
        for rounds, calm, freedom in _STAGES:
            turns, place = fit(chain, evidence, turns, place, rounds, strength * calm, freedom)
        quaternions = make_continuous(quat_from_matrix(expand(turns)))
        shared = done - start
        if shared > 0:
            weight = blend_weights(shared)
            quaternions[:shared] = slerp(rotations[start:done], quaternions[:shared], weight[:, None])
            place[:shared] += (root[start:done] - place[:shared]) * (1 - weight[:, None])
        rotations[start:stop], root[start:stop] = quaternions, place
        done = stop
        progress(stop / count)
    return rotations, root


def _prepare(
    chain: Chain,
    segment: Segment,
    observations: Observations,
    part: slice,
    height_m: float,
    focal_px: float,
    center_px: Array,
) -> tuple[Evidence, Array, Array]:
    cut = segment.part(part)
    used = list(USED)
    seen = cut.seen
    pixels = cut.spread(observations.keypoints2d[seen].astype(np.float64))
    world = cut.spread(observations.keypoints3d[seen].astype(np.float64))
    trust = landmark_trust(cut.spread(observations.visibility[seen].astype(np.float64))[:, used])
    trust *= np.where(cut.observed(), 1.0, _UNSEEN)[:, None]
    world = toward_viewer(world, pixels, focal_px, center_px)
    turns = orient_joints(gaussian(world, _START_SMOOTHING_S / cut.interval))[:, LEAD]
    pose = chain.pose(turns, np.zeros((len(turns), 3)))
    root = place_root(pose.markers, pixels[:, used], trust, focal_px, center_px)
    evidence = Evidence(
        pixels[:, used], trust, bone_directions(world[:, used]), height_m, focal_px, center_px, cut.interval
    )
    return evidence, turns, root
