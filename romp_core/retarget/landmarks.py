"""Where a rig has the joints of the body, from its bones and their mapping."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..geometry.fingers import FINGER_NAMES, SIDES
from ..typing import Array
from .mapping import LIMB_BONES, RigMapping
from .rig import Rig
from .t_pose import Landmarks


def _ends() -> dict[str, tuple[str, ...]]:
    """Joint -> joints to which its bone leads, the best first."""
    ends: dict[str, tuple[str, ...]] = {}
    for side in SIDES:
        for a, b in LIMB_BONES:
            ends[f"{side}_{a}"] = (f"{side}_{b}",)
        ends[f"{side}_collar"] = (f"{side}_shoulder",)
        ends[f"{side}_wrist"] = tuple(f"{side}_{finger}1" for finger in ("middle", "ring", "index", "pinky"))
        for finger in FINGER_NAMES:
            ends[f"{side}_{finger}1"], ends[f"{side}_{finger}2"] = (f"{side}_{finger}2",), (f"{side}_{finger}3",)
    return ends


_ENDS = _ends()


_BUILT_ON = (-0.03, 0.12)
"""Feet whose lowest bone is this high, as a share of the leg, stand on z = 0: rigs are built on their origin."""


def landmarks(rig: Rig, mapping: RigMapping, feet: Mapping[str, Array] | None = None) -> Landmarks:
    """The joints of a rig at rest.

    Args:
        feet: side -> (n, 3) vertices of the foot at rest, meters, where a mesh shows it.
    """
    heads, ends = {}, {}
    for joint, bones in mapping.bones.items():
        if bones:
            heads[joint] = rig.heads[rig.index[bones[0]]]
            ends[joint] = rig.tails[rig.index[bones[-1]]]
    for joint, following in _ENDS.items():
        if joint in heads:
            ends[joint] = next((heads[each] for each in following if each in heads), ends[joint])
    found = {side: normal for side, points in (feet or {}).items() if (normal := sole_normal(points)) is not None}
    if found:
        floor = min(float(points[:, 2].min()) for side, points in (feet or {}).items() if side in found)
    else:
        floor = _floor(heads, ends)
    return Landmarks(heads, ends, floor, found)


def _floor(heads: Mapping[str, Array], ends: Mapping[str, Array]) -> float:
    """Height of the soles of a rig without a mesh."""
    rows = [row for side in SIDES for part in ("knee", "ankle", "foot") for row in (ends.get(f"{side}_{part}"),)]
    lowest = min(float(row[2]) for row in rows if row is not None)
    leg = max(float(heads[f"{side}_hip"][2]) - lowest for side in SIDES)
    return 0.0 if _BUILT_ON[0] * leg < lowest < _BUILT_ON[1] * leg else lowest


def sole_normal(points: Array) -> Array | None:
    """Upward unit normal (3,) of the plane through the lowest points of a foot at rest; None for too few.

    Args:
        points: (n, 3) vertices of foot and toes, meters, z up.
    """
    if len(points) < 6:
        return None
    low = points
    for _ in range(3):  # what lies on the plane of the sole so far, and beneath
        centered = low - low.mean(0)
        slope, *_ = np.linalg.lstsq(np.c_[centered[:, :2], np.ones(len(low))], centered[:, 2], rcond=None)
        heights = (points - low.mean(0)) @ [-slope[0], -slope[1], 1.0] - slope[2]
        below = heights <= np.quantile(heights, 0.15)
        if below.sum() < 4:
            break
        low = points[below]
    normal = np.array([-slope[0], -slope[1], 1.0])
    normal /= np.linalg.norm(normal)
    return normal if normal[2] > 0.8 else None
