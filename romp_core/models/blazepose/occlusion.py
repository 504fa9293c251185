"""People behind others: nearer bodies are painted out, so that the landmark network sees who is behind them.

Without that its landmarks are drawn to the nearer body, and the region slides onto it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...take.keypoints import BLAZEPOSE_33
from ...typing import Array
from ..common.region import Region
from .body_outline import clearance
from .inpaint import erase
from .landmark_network import LandmarkNet, Pose

_FEET = [index for part in ("ankle", "heel", "foot_index") for index in BLAZEPOSE_33.pair(part)]
_NEAR = 0.4
_EDGE = 1.0
"""Width of the border of a body, in its limbs' radii, within which landmarks of others are trusted less."""


@dataclass(frozen=True)
class Others:
    """Who else is in a region.

    Attributes:
        nearer: poses of people in front. farther: where people behind should be; `own`: where the person should be.
    """

    nearer: Sequence[Pose] = ()
    farther: Sequence[Pose] = ()
    own: Pose | None = None


def infer(net: LandmarkNet, image: Array, region: Region, others: Others) -> Pose:
    """Landmarks of the person in a region of the (H, W, 3) image among others; what nearer ones hide is marked."""
    if not others.nearer and not others.farther:
        return net.infer(image, region)
    pose = net.infer(image, region, lambda crop: erase(crop, region, others.nearer, others.farther, others.own))
    if not others.nearer:
        return pose
    free = np.min([clearance(pose.points[:, :2], body) for body in others.nearer], axis=0) - 1
    return replace(pose, visibility=pose.visibility * np.clip(free / _EDGE, 0, 1), covered=free <= 0)


def moved(pose: Pose, center: Array) -> Pose:
    """The pose with its hips at this position (2,)."""
    return replace(pose, points=pose.points + np.append(center - pose.body.center, 0))


def bottom(pose: Pose) -> float:
    """Row of the lowest foot: on a common floor, whose feet are lower in the image is nearer."""
    return float(pose.points[_FEET, 1].max())


def near(region: Region, body: Region) -> bool:
    """True when a body may hide a part of the person in the region."""
    return bool(np.hypot(region.x - body.x, region.y - body.y) < _NEAR * max(region.side, body.side))
