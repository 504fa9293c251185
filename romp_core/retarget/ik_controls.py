"""IK controls that make a limb do what its FK bones do."""

from __future__ import annotations

import numpy as np

from ..geometry.rotations import length, normalize, quat_conjugate, quat_from_matrix, quat_multiply, quat_rotate
from ..typing import Array
from .mapping import RigMapping
from .pose import RigPose
from .rig import Rig

_LIMBS = {"ankle": ("hip", "knee"), "wrist": ("shoulder", "elbow")}
_STRAIGHT = 0.002
"""A limb that is bent by a smaller share of its length shows no plane; then the pole stays with the upper segment."""
_TIPS = {"ankle": "{}_foot"}


def ik_controls(rig: Rig, mapping: RigMapping, pose: RigPose) -> tuple[dict[str, Array], dict[str, Array]]:
    """World rotations and positions of the IK controls of all limbs, as `Poser` takes them.

    The control of a limb's end stays with the end as at rest. The pole lies in the plane of the limb.
    """
    turned: dict[str, Array] = {}
    placed: dict[str, Array] = {}
    for limb in mapping.ik:
        side, part = limb.joint.split("_")
        upper, lower = (f"{side}_{joint}" for joint in _LIMBS[part])
        if limb.joint not in mapping.bones or limb.control not in rig.index:
            continue
        turned[limb.control], placed[limb.control] = _attached(rig, pose, mapping.bones[limb.joint][0], limb.control)
        if limb.upper in rig.index:
            turned[limb.upper], _ = _attached(rig, pose, mapping.bones[upper][0], limb.upper)
        tip = _TIPS.get(part, "").format(side)
        if limb.tip in rig.index and tip in mapping.bones:
            turned[limb.tip], _ = _attached(rig, pose, mapping.bones[tip][0], limb.tip)
        if limb.pole in rig.index:
            limb_bones = (mapping.bones[upper][0], mapping.bones[lower][0], mapping.bones[limb.joint][0])
            placed[limb.pole] = _pole(rig, pose, limb_bones, limb.pole)
    return turned, placed


def _pole(rig: Rig, pose: RigPose, limb: tuple[str, str, str], pole: str) -> Array:
    """Where a pole is (n, 3): as far from the knee or elbow as at rest, on the side to which the limb bends.

    Args:
        limb: bones of the two segments and of the end.
    """
    start, middle, end = (pose.heads[bone] for bone in limb)
    away = rig.heads[rig.index[pole]] - rig.heads[rig.index[limb[1]]]
    along = normalize(end - start)
    bend = _across(middle - start, along)
    as_at_rest = normalize(_across(_carried(rig, pose, limb[0], away), along))
    side = normalize(bend + _STRAIGHT * length(middle - start) * as_at_rest)
    return np.asarray(middle + side * np.linalg.norm(away))


def _across(vectors: Array, along: Array) -> Array:
    """The part of vectors (n, 3) that is perpendicular to unit vectors."""
    return np.asarray(vectors - along * np.sum(vectors * along, axis=-1, keepdims=True))


def _attached(rig: Rig, pose: RigPose, bone: str, control: str) -> tuple[Array, Array]:
    """World rotation (n, 4) and position (n, 3) of a control that moves with a bone."""
    bone_row, row = rig.index[bone], rig.index[control]
    relative = quat_from_matrix(rig.rest[bone_row, :3, :3].T @ rig.rest[row, :3, :3])
    offset = _carried(rig, pose, bone, rig.heads[row] - rig.heads[bone_row])
    return quat_multiply(pose.orientations[bone], relative), pose.heads[bone] + offset


def _carried(rig: Rig, pose: RigPose, bone: str, offset: Array) -> Array:
    """A world offset at rest (3,) turned as a bone turns (n, 3)."""
    rest = quat_from_matrix(rig.rest[rig.index[bone], :3, :3])
    return np.asarray(quat_rotate(quat_multiply(pose.orientations[bone], quat_conjugate(rest)), offset))
