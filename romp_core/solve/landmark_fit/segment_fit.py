"""Landmarks of one person to rotations and root in camera space: the part that is special to landmark models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...geometry.projection import Pinhole, root_from_pixels
from ...geometry.rotations import make_continuous, matrix_from_quat, quat_from_matrix, quat_from_rotvec, slerp
from ...geometry.skeleton import N_JOINTS
from ...take.observations import Observations
from ...typing import Array
from ..filters import gaussian
from ..segments import Segment, blend_weights, windows
from .gauss_newton import Evidence, bone_directions, landmark_trust, refine
from .joint_orientation import orient_joints, toward_viewer
from .kinematic_chain import GROUPS, LEAD, Chain, expand
from .markers import CARRIER, USED
from .priors import REST

FIT_STRENGTH = 1.0
"""Strength of the fit's motion prior; the user's smoothing comes after the fit, see `smoothing`."""
_WINDOW, _OVERLAP = 480, 60
"""Samples fitted at a time, and shared by neighboring windows; they bound the memory."""
_FITTING = ((1.8, 0.4),) * 6 + ((1.3, 0.7),) * 4 + ((1.0, 1.0),) * 5
"""(factor on the smoothing, freedom of the joints) of each step: from a calm, restful motion to what was seen."""
_REFINING = ((1.0, 1.0),) * 4
_START_SMOOTHING_S = 0.06
_GLITCH, _GLITCH_SAMPLES = 0.1, 3
"""Distance, in lengths from ankles to head, by which a landmark that leaves the median of its neighbors in time
loses half its trust; and the neighbors on either side."""
_SURE = 0.3
"""Visibility above which the first guess believes a landmark."""
_CARRIED = {
    index: np.flatnonzero(np.isin(CARRIER, group))
    for index, group in enumerate(GROUPS)
    if index and np.isin(group, CARRIER).any()
}
"""Used landmarks that each group but the pelvis carries."""
_UNSEEN = 1e-3
"""Trust in landmarks interpolated over a gap: enough to choose among what the motion around allows."""


@dataclass(frozen=True)
class Guess:
    """An earlier solution at the samples of a segment, in camera space, and what was learned since.

    Attributes:
        rotations: (T, 24, 4); root: (T, 3); footholds: (T, 2, 3), see `fit.Evidence`.
    """

    rotations: Array
    root: Array
    footholds: Array


def fit_segment(
    segment: Segment,
    observations: Observations,
    chain: Chain,
    optics: Pinhole,
    strength: float,
    progress: Callable[[float], None],
    guess: Guess | None = None,
) -> tuple[Array, Array]:
    """Local rotations (T, 24, 4) with the pelvis in camera space, and root (T, 3), float32, at the sample times.

    Long segments are fitted in overlapping windows and blended, so that memory does not grow with the take.
    With a guess the fit only refines it.
    """
    count = len(segment.sample_times)
    rotations, root = (np.empty((count, N_JOINTS, 4), np.float32), np.empty((count, 3), np.float32))
    done = 0
    for start, stop in windows(count, _WINDOW, _OVERLAP):
        part = slice(start, stop)
        evidence, turns, place = _look(chain, segment.part(part), observations, optics)
        if guess is not None:
            turns = matrix_from_quat(guess.rotations[part].astype(np.float64))[:, LEAD]
            place = guess.root[part].astype(np.float64)
            evidence = replace(evidence, footholds=guess.footholds[part])
        steps = _FITTING if guess is None else _REFINING
        for index, (calm, freedom) in enumerate(steps, start=1):
            turns, place = refine(chain, evidence, turns, place, strength * calm, freedom)
            progress((start + (stop - start) * index / len(steps)) / count)
        quaternions = quat_from_matrix(expand(turns))
        shared = done - start
        if shared > 0:
            later = blend_weights(shared)[:, None]
            quaternions[:shared] = slerp(rotations[start:done], quaternions[:shared], later)
            place[:shared] = root[start:done] * (1 - later) + place[:shared] * later
        rotations[part], root[part] = make_continuous(quaternions), place
        done = stop
    return rotations, root


def _look(chain: Chain, segment: Segment, observations: Observations, optics: Pinhole) -> tuple[Evidence, Array, Array]:
    """What was seen in a segment, and a first guess of group rotations and root."""
    assert observations.keypoints3d is not None
    seen = (observations.keypoints2d, observations.visibility, observations.keypoints3d)
    pixels, visibility, world = (segment.spread(values[segment.seen].astype(np.float64)) for values in seen)
    evidence, turns, root = first_guess(chain, pixels, visibility, world, optics, segment.interval)
    trust = evidence.trust * np.where(segment.observed(), 1.0, _UNSEEN)[:, None]
    return replace(evidence, trust=trust), turns, root


def first_guess(
    chain: Chain, pixels: Array, visibility: Array, world: Array, optics: Pinhole, interval: float
) -> tuple[Evidence, Array, Array]:
    """Evidence, group rotations (T, G, 3, 3) and root (T, 3) from landmarks at even intervals.

    Args:
        pixels: (T, 33, 2); visibility: (T, 33); world: (T, 33, 3) meters in camera axes.
    """
    used = list(USED)
    world = toward_viewer(world, pixels, optics)
    trust = landmark_trust(visibility[:, used])
    turns = orient_joints(gaussian(world, _START_SMOOTHING_S / interval))[:, LEAD]
    turns = _at_rest_where_unseen(turns, visibility[:, used])
    markers = chain.pose(turns, np.zeros((len(turns), 3))).markers[:, : len(USED)]
    root = root_from_pixels(markers, pixels[:, used], trust, optics)
    size_px = optics.focal_px * chain.size / float(np.median(np.maximum(root[:, 2], 0.1)))
    trust = trust / (1 + (_glitches(pixels[:, used]) / (_GLITCH * size_px)) ** 4)
    return (Evidence(pixels[:, used], trust, bone_directions(world[:, used]), optics, interval), turns, root)


def _at_rest_where_unseen(turns: Array, visibility: Array) -> Array:
    """Group rotations (T, G, 3, 3), drawn to rest where the landmarks they carry are hidden (T, len(USED))."""
    sure = np.ones(turns.shape[:2])
    for index, carried in _CARRIED.items():
        sure[:, index] = np.clip(visibility[:, carried].max(axis=1) / _SURE, 0, 1)
    if (sure == 1).all():
        return turns
    return matrix_from_quat(slerp(quat_from_rotvec(REST), quat_from_matrix(turns), sure))


def _glitches(pixels: Array) -> Array:
    """Distance (T, K) of landmarks from the running median of their tracks (T, K, 2), pixels (Hampel 1974)."""
    reach = _GLITCH_SAMPLES
    padded = np.pad(pixels, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    neighbors = np.stack([padded[shift : shift + len(pixels)] for shift in range(2 * reach + 1)])
    return np.asarray(np.linalg.norm(pixels - np.median(neighbors, axis=0), axis=-1))
