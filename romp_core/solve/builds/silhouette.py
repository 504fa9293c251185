"""How heavy somebody is: the area of the person in the image against that of other bodies in the same pose."""

from __future__ import annotations

import numpy as np

from ...bodies.build import WEIGHT, shape_keys
from ...bodies.embedded import load_body
from ...geometry.projection import Pinhole
from ...take.keypoints import BLAZEPOSE_33
from ...take.observations import Observations
from ...take.take import Motion
from ...typing import Array

_DEVIATION = 0.5
"""Standard deviation of the weight slider among people."""
_CLOTHES = 0.03
"""Logarithm of the area of usual masks over that of the body, whose clothes are close-fitting."""
_AREA_ERROR, _MASK_ERROR = 0.035, 0.06
"""Standard deviations of the logarithm of the area: from person to person, by clothes and hair; from mask to mask."""
_MOST = 4
"""Measurements that are looked at; more say nothing new."""
_HEIGHT_PX, _CLOSING_PX = 200, 2
"""Size in which bodies are drawn as points, and reach by which the gaps between the points are closed."""
_VISIBLE = 0.5
_TRUNK_AND_LEGS = [index for part in ("shoulder", "hip", "knee", "ankle") for index in BLAZEPOSE_33.pair(part)]
_ENDS = [BLAZEPOSE_33.index("nose"), *BLAZEPOSE_33.pair("wrist"), *BLAZEPOSE_33.pair("foot_index")]


def likeliest_weight(observations: Observations, motion: Motion, optics: Pinhole) -> float:
    """Value of the weight slider; 0 where no silhouette was measured of somebody who is seen from head to toe.

    Args:
        motion: a fit of the person in camera space, with its build.
    """
    rows = _measured_rows(observations, motion, optics)
    if not len(rows):
        return 0.0
    at = observations.frame_index[rows] - motion.frame_index[0]
    average = _areas(motion, 0.0, at, optics)
    seen = float(np.median(np.log(observations.silhouette[rows] / average))) - _CLOTHES  # type: ignore[index]
    side = float(np.sign(seen))
    slope = max(side * float(np.median(np.log(_areas(motion, side, at, optics) / average))), 1e-3)
    # The prior is normal about the average weight, so the likeliest value is a share of what is seen.
    error = np.hypot(_AREA_ERROR, _MASK_ERROR / np.sqrt(len(rows))) / slope
    share = _DEVIATION**2 / (_DEVIATION**2 + error**2)
    return float(np.clip(share * seen / slope, -1, 1))


def _measured_rows(observations: Observations, motion: Motion, optics: Pinhole) -> Array:
    """Observations with a silhouette of somebody who is in the image from head to toe."""
    if observations.silhouette is None:
        return np.zeros(0, int)
    at = (observations.frame_index - motion.frame_index[0]).clip(0, len(motion.frame_index) - 1)
    known = (motion.frame_index[at] == observations.frame_index) & motion.valid[at]
    points = observations.keypoints2d[:, _TRUNK_AND_LEGS + _ENDS]
    inside = ((points > 0) & (points < 2 * optics.center_px)).all(axis=(1, 2))
    shown = (observations.visibility[:, _TRUNK_AND_LEGS] > _VISIBLE).all(axis=1)
    rows = np.flatnonzero(known & inside & shown & (observations.silhouette > 0))
    return rows[:: max(1, -(-len(rows) // _MOST))]


def _areas(motion: Motion, weight: float, at: Array, optics: Pinhole) -> Array:
    """Square pixels (n,) of the body in poses of the motion, at another weight."""
    build = np.array(motion.build, dtype=np.float64)
    build[WEIGHT] = weight
    body = load_body().shaped(shape_keys(build)).sized(motion.rest_joints).fitted(motion.rest_joints)
    posed = (body.posed(motion.rotations[index], motion.root[index]) for index in at)
    return np.array([_area(points[:, :2] / points[:, 2:] * optics.focal_px) for points in posed])


def _area(points: Array) -> float:
    """Square pixels that a dense cloud of points (N, 2) covers."""
    low = points.min(axis=0)
    scale = _HEIGHT_PX / np.ptp(points, axis=0).max()
    margin = 2 * _CLOSING_PX
    x, y = (np.round((points - low) * scale).astype(int) + margin).T
    drawn = np.zeros((y.max() + margin + 1, x.max() + margin + 1), bool)
    drawn[y, x] = True
    closed = ~_grown(~_grown(drawn))
    return float(closed.sum()) / scale**2


def _grown(drawn: Array) -> Array:
    """What lies within a square around each drawn point."""
    for axis in (0, 1):
        drawn = np.any([np.roll(drawn, step, axis) for step in range(-_CLOSING_PX, _CLOSING_PX + 1)], axis=0)
    return drawn
