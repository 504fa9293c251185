"""Keypoints of another detector as further measurements: two estimates of one point are better than one.

COCO's points of the limbs are the joints, BlazePose's lie beside them. How far beside in the image follows from the
pose so far, so the fit has one measurement of each landmark: the mean of both estimates by their trust, and by how well
each fits that pose (as `residuals.cauchy` weighs them), since one of the two may be of somebody else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...geometry.projection import project
from ...take.keypoints import BLAZEPOSE_33, COCO_17
from ...take.observations import Observations
from ...typing import Array
from ..segments import Segment
from .kinematic_chain import Chain
from .landmarks import Landmarks
from .markers import END, USED
from .residuals import SIGMA_PIXEL, cauchy, landmark_trust

_SHARED = tuple(name for name in COCO_17.names if name in BLAZEPOSE_33.names)
_COCO = np.array([COCO_17.index(name) for name in _SHARED])
_ROWS = np.array([USED.index(BLAZEPOSE_33.index(name)) for name in _SHARED])
"""Indices of the points that both know, in COCO's layout and in `USED`."""
_ON_FACE = np.array([name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear") for name in _SHARED])
_JOINTS = END[_ROWS]
"""Joint that each of them estimates; those of the face are where the landmarks are."""
_CAUCHY = 3.0
_LEAST = 1e-6


def with_detector_points(
    landmarks: Landmarks, segment: Segment, observations: Observations, chain: Chain, pose: tuple[Array, Array]
) -> Landmarks:
    """The landmarks with what another detector measured, where one did.

    Args:
        pose: group rotations (T, G, 3, 3) and root (T, 3) at the samples, in camera space.
    """
    if observations.detector_points is None or observations.detector_visibility is None:
        return landmarks
    points, visibility = _at_samples(segment, observations.detector_points, observations.detector_visibility)
    measured = landmarks.measured
    posed, root = chain.pose(pose[0].astype(np.float32)), pose[1][:, None]
    markers = posed.markers[:, _ROWS] + root
    joints = np.where(_ON_FACE[:, None], markers, posed.joints[..., 3][:, _JOINTS] + root)
    focal, center = measured.optics.focal_px, np.asarray(measured.optics.center_px)
    expected = project(markers, focal, center)
    moved: Array = points + expected - project(joints, focal, center)
    depth = np.maximum(markers[..., 2].mean(axis=1), 0.05)
    unit = focal * chain.size / depth * SIGMA_PIXEL

    def fit(pixels: Array) -> Array:
        away = np.linalg.norm(pixels - expected, axis=-1) / unit[:, None]
        return cauchy(away**2, _CAUCHY) ** 2

    own = measured.trust[:, _ROWS]
    other = np.where(visibility > 0, landmark_trust(_spread(visibility))[:, _ROWS], 0)
    shares = own * fit(measured.pixels[:, _ROWS]), other * fit(moved)
    total = np.maximum(shares[0] + shares[1], _LEAST)[..., None]
    pixels, trust = measured.pixels.copy(), measured.trust.copy()
    pixels[:, _ROWS] = (measured.pixels[:, _ROWS] * shares[0][..., None] + moved * shares[1][..., None]) / total
    trust[:, _ROWS] = own + other
    return replace(landmarks, measured=replace(measured, pixels=pixels, trust=trust, direction_trust=measured.trust))


def _at_samples(segment: Segment, points: Array, visibility: Array) -> tuple[Array, Array]:
    """Points (T, S, 2) that both know, and their visibility (T, S), 0 away from the frames in which they were seen."""
    seen = visibility[segment.seen][:, _COCO].astype(np.float64)
    known = segment.spread(seen) * segment.observed()[:, None]
    whole = segment.spread((seen > 0).astype(np.float64)) > 1 - 1e-3  # between a seen point and none there is nothing
    return segment.spread(points[segment.seen][:, _COCO].astype(np.float64)), np.where(whole, known, 0)


def _spread(visibility: Array) -> Array:
    """(T, S) as (T, len(USED))."""
    values = np.zeros((len(visibility), len(USED)))
    values[:, _ROWS] = visibility
    return values
