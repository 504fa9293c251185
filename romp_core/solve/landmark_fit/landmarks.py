"""Landmarks of one person as measurements at even times."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...geometry.projection import Pinhole
from ...take.observations import Observations
from ...typing import Array
from ..segments import Segment
from .joint_orientation import toward_viewer
from .markers import LEFT_HIP, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER, USED
from .residuals import Measurements, bone_directions, landmark_trust

_GLITCH, _GLITCH_SAMPLES = 0.06, 3
"""Distance, in lengths from ankles to head, by which a landmark that leaves the median of its neighbors in time
loses half its trust; and the neighbors on either side."""
_INTERPOLATED = 1e-3
"""Trust in landmarks interpolated over a gap: enough to choose among what the motion around allows."""

_TRUNK = [LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_HIP, RIGHT_HIP]
_SHOWN = 0.3
"""Mean visibility of shoulders and hips below which a network guesses: somebody else is in front of the person."""


@dataclass(frozen=True)
class Landmarks:
    """Measurements, and what they were made from.

    Attributes:
        world: (T, K, 3) meters in camera axes; visibility: (T, len(USED)).
    """

    measured: Measurements
    world: Array
    visibility: Array


def segment_landmarks(segment: Segment, observations: Observations, optics: Pinhole) -> Landmarks:
    """A person's landmarks at the samples of a segment."""
    assert observations.keypoints3d is not None
    segment = _clearly_seen(segment, observations)
    arrays = (observations.keypoints2d, observations.visibility, observations.keypoints3d)
    pixels, visibility, world = (segment.spread(values[segment.seen].astype(np.float64)) for values in arrays)
    landmarks = landmarks_of(pixels, visibility, world, optics, segment.interval)
    trust = landmarks.measured.trust * np.where(segment.observed(), 1.0, _INTERPOLATED)[:, None]
    return replace(landmarks, measured=replace(landmarks.measured, trust=trust.astype(np.float32)))


def _clearly_seen(segment: Segment, observations: Observations) -> Segment:
    """The segment with the observations that show something of the trunk, if most of them do."""
    shown = observations.visibility[segment.seen][:, _TRUNK].mean(axis=1) >= _SHOWN
    if shown.all() or shown.sum() < max(2, len(shown) / 2):
        return segment
    return replace(segment, seen=segment.seen[shown], seen_times=segment.seen_times[shown])


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


def without_glitches(measured: Measurements, size: float, root: Array) -> Measurements:
    """Less trust in landmarks that leave the running median of their tracks (Hampel 1974).

    Args:
        size: of the person, from ankles to head, meters; root: (n, 3) roughly where the person is in camera space.
    """
    reach, pixels = _GLITCH_SAMPLES, measured.pixels
    padded = np.pad(pixels, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    neighbors = np.stack([padded[shift : shift + len(pixels)] for shift in range(2 * reach + 1)])
    away = np.linalg.norm(pixels - np.median(neighbors, axis=0), axis=-1)
    size_px = measured.optics.focal_px * size / float(np.median(np.maximum(root[:, 2], 0.1)))
    return replace(measured, trust=(measured.trust / (1 + (away / (_GLITCH * size_px)) ** 4)).astype(np.float32))
