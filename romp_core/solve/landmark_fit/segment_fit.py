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
from .coarse import between, coarse_rows, thin, turns_between
from .gauss_newton import refine
from .joint_orientation import orient_groups, toward_viewer
from .kinematic_chain import GROUPS, LEAD, Chain, expand
from .markers import CARRIER, USED
from .priors import HOLD, REST
from .residuals import Measurements, bone_directions, landmark_trust

FIT_STRENGTH = 1.0
"""Strength of the fit's motion prior; what the user's smoothing does comes after the fit, see `smoothing`."""
_WINDOW, _OVERLAP = 480, 60
"""Samples fitted at a time, and shared by neighboring windows; they bound the memory."""
_COARSE_S, _FINE_S = 1 / 15, 1 / 30
"""Seconds between the samples of the coarse and of the fine grid in time."""
_COARSE_ITERATIONS = ((1.8, 0.4),) * 4 + ((1.3, 0.7),) * 2
"""(factor on the motion prior, looseness of the joints) of each step: a calm, restful motion before what was seen."""
_FINE_ITERATIONS = 2
_START_SMOOTHING_S = 0.06
_GLITCH, _GLITCH_SAMPLES = 0.06, 3
"""Distance, in lengths from ankles to head, by which a landmark that leaves the median of its neighbors in time
loses half its trust; and the neighbors on either side."""
_VISIBLE = 0.3
"""Visibility above which the initial pose relies on a landmark."""
_GROUPS_WITH_LANDMARKS = [index for index, group in enumerate(GROUPS) if index and np.isin(group, CARRIER).any()]
_CARRIED = np.stack([np.isin(CARRIER, GROUPS[index]) for index in _GROUPS_WITH_LANDMARKS])
"""(g, len(USED)) bool: used landmarks that these groups carry; the pelvis is always visible enough."""
_UNSEEN = 1e-3
"""Trust in landmarks interpolated over a gap: enough to choose among what the motion around allows."""


@dataclass(frozen=True)
class Guess:
    """An earlier solution at the samples of a segment, in camera space, and what was learned since.

    Attributes:
        rotations: (T, 24, 4); root: (T, 3); footholds: (T, 2, 3), see `fit.Measurements`.
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

        def report(share: float, start: int = start, stop: int = stop) -> None:
            progress((start + (stop - start) * share) / count)

        landmarks = _landmarks(segment.part(part), observations, optics)
        if guess is None:
            turns, position = _fit(chain, landmarks, strength, report)
        else:
            known = matrix_from_quat(guess.rotations[part])[:, LEAD], guess.root[part]
            turns, position = _refit(chain, landmarks, *known, guess.footholds[part], strength, report)
        quaternions = quat_from_matrix(expand(turns))
        shared = done - start
        if shared > 0:
            later = blend_weights(shared)[:, None]
            quaternions[:shared] = slerp(rotations[start:done], quaternions[:shared], later)
            position[:shared] = root[start:done] * (1 - later) + position[:shared] * later
        rotations[part], root[part] = make_continuous(quaternions), position
        done = stop
    return rotations, root


def _fit(chain: Chain, landmarks: Landmarks, strength: float, report: Callable[[float], None]) -> tuple[Array, Array]:
    """Group rotations (T, G, 3, 3) and root (T, 3) of one window, from nothing.

    Most steps see a coarse grid in time: what the motion prior carries is slow.
    """
    measured = landmarks.measured
    count, rows = len(measured.trust), _rows(measured, _COARSE_S, strength)
    world = gaussian(landmarks.world, _START_SMOOTHING_S / measured.interval)
    turns, root = initial_pose(chain, thin(measured, rows), world[rows], landmarks.visibility[rows])
    measured = _without_glitches(measured, chain.size, root)
    coarse = thin(measured, rows)
    total = len(_COARSE_ITERATIONS) + _FINE_ITERATIONS
    for index, (calm, looseness) in enumerate(_COARSE_ITERATIONS, start=1):
        turns, root = refine(chain, coarse, turns, root, strength * calm, looseness)
        report(index / total)
    turns, root = turns_between(turns, rows, count), between(root, rows, count)
    for index in range(_FINE_ITERATIONS):
        turns, root = _refine_on(_rows(measured, _FINE_S, strength), chain, measured, turns, root, strength)
        report((len(_COARSE_ITERATIONS) + index + 1) / total)
    return turns, root


def _refit(
    chain: Chain,
    landmarks: Landmarks,
    turns: Array,
    root: Array,
    footholds: Array,
    strength: float,
    report: Callable[[float], None],
) -> tuple[Array, Array]:
    """The same, starting from an earlier solution at every sample.

    Without a motion prior each sample is held near that solution: what the image shows sharply comes back, depth and
    twist stay as they are.
    """
    measured = _without_glitches(landmarks.measured, chain.size, root)
    measured = replace(measured, footholds=footholds.astype(np.float32))
    if strength <= 0:
        return refine(chain, measured, turns, root, 0.0, stiffness=HOLD)
    grids = (_COARSE_S, _FINE_S)
    for index, spacing in enumerate(grids, start=1):
        turns, root = _refine_on(_rows(measured, spacing, strength), chain, measured, turns, root, strength)
        report(index / len(grids))
    return turns, root


def _refine_on(
    rows: Array, chain: Chain, measured: Measurements, turns: Array, root: Array, strength: float
) -> tuple[Array, Array]:
    """One step on some of the samples. Between them the motion keeps its detail: the change is slow."""
    moved, shifted = refine(chain, thin(measured, rows), turns[rows], root[rows], strength)
    if len(rows) == len(turns):
        return moved, shifted
    change = turns_between(moved @ np.swapaxes(turns[rows], -1, -2), rows, len(turns))
    return change @ turns, root + between(shifted - root[rows], rows, len(turns))


def _rows(measured: Measurements, spacing: float, strength: float) -> Array:
    """The samples of a grid; without a motion prior there is only one."""
    return coarse_rows(len(measured.trust), measured.interval, spacing if strength > 0 else 0.0)


@dataclass(frozen=True)
class Landmarks:
    """Measurements, and what they were made from: world landmarks (T, K, 3) in camera axes, visibilities (T, used)."""

    measured: Measurements
    world: Array
    visibility: Array


def _landmarks(segment: Segment, observations: Observations, optics: Pinhole) -> Landmarks:
    assert observations.keypoints3d is not None
    arrays = (observations.keypoints2d, observations.visibility, observations.keypoints3d)
    pixels, visibility, world = (segment.spread(values[segment.seen].astype(np.float64)) for values in arrays)
    landmarks = landmarks_of(pixels, visibility, world, optics, segment.interval)
    trust = landmarks.measured.trust * np.where(segment.observed(), 1.0, _UNSEEN)[:, None]
    return replace(landmarks, measured=replace(landmarks.measured, trust=trust.astype(np.float32)))


def landmarks_of(pixels: Array, visibility: Array, world: Array, optics: Pinhole, interval: float) -> Landmarks:
    """Landmarks at even intervals.

    Args:
        pixels: (T, K, 2); visibility: (T, K); world: (T, K, 3) meters in the axes of the person's own crop.
    """
    used = list(USED)
    world = toward_viewer(world, pixels, optics)
    visibility = visibility[:, used]
    measured = Measurements(
        pixels[:, used].astype(np.float32),
        landmark_trust(visibility).astype(np.float32),
        bone_directions(world[:, used]).astype(np.float32),
        optics,
        interval,
    )
    return Landmarks(measured, world, visibility)


def initial_pose(chain: Chain, measured: Measurements, world: Array, visibility: Array) -> tuple[Array, Array]:
    """Group rotations (T, G, 3, 3) and root (T, 3) without iteration, from landmarks as in `Landmarks`."""
    turns = _at_rest_where_unseen(orient_groups(world), visibility)
    markers = chain.pose(turns).markers[:, : len(USED)]
    return turns, root_from_pixels(markers, measured.pixels, measured.trust, measured.optics)


def _at_rest_where_unseen(turns: Array, visibility: Array) -> Array:
    """Group rotations (T, G, 3, 3), drawn to rest where the landmarks they carry are hidden (T, len(USED))."""
    best = (visibility[:, None] * _CARRIED).max(axis=-1)
    if (best >= _VISIBLE).all():
        return turns
    share = np.ones(turns.shape[:2])
    share[:, _GROUPS_WITH_LANDMARKS] = np.clip(best / _VISIBLE, 0, 1)
    return matrix_from_quat(slerp(quat_from_rotvec(REST), quat_from_matrix(turns), share))


def _without_glitches(measured: Measurements, size: float, root: Array) -> Measurements:
    """Less trust in landmarks that leave the running median of their tracks (Hampel 1974)."""
    reach, pixels = _GLITCH_SAMPLES, measured.pixels
    padded = np.pad(pixels, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    neighbors = np.stack([padded[shift : shift + len(pixels)] for shift in range(2 * reach + 1)])
    away = np.linalg.norm(pixels - np.median(neighbors, axis=0), axis=-1)
    size_px = measured.optics.focal_px * size / float(np.median(np.maximum(root[:, 2], 0.1)))
    return replace(measured, trust=(measured.trust / (1 + (away / (_GLITCH * size_px)) ** 4)).astype(np.float32))
