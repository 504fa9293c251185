"""How exact a retargeting is: directions, positions and feet, in every frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..geometry.fingers import SIDES
from ..geometry.rotations import normalize
from ..typing import Array
from .body_motion import BodyMotion
from .mapping import LIMB_BONES, RigMapping
from .transfer import Retargeted

CHAINS = tuple(
    (f"{side}_{a}", f"{side}_{b}")
    for side in SIDES
    for a, b in LIMB_BONES
    if b != "foot"  # feet go by their soles
)
"""The bones whose direction is the source's, whatever the rest pose."""
N_WORST = 5


@dataclass(frozen=True)
class BoneError:
    """Angle between a limb and that of the source, degrees; `worst` is the row of the frame with the largest."""

    mean_deg: float
    max_deg: float
    worst: int


@dataclass(frozen=True)
class RetargetReport:
    """How exact a retargeting is.

    Attributes:
        bones: joint -> error of its direction.
        joint_mean_mm, joint_max_mm: distance of joints from those of the source, scaled, relative to the pelvis.
        slide_before_mm, slide_mm: most that a standing foot moves from frame to frame, as transferred and as planted.
        lowest_sole_mm: above the floor, 0 where the feet stand on it.
        worst: rows of the frames with the largest errors of direction, the worst first.
        scale: of the path.
    """

    bones: Mapping[str, BoneError]
    joint_mean_mm: float
    joint_max_mm: float
    slide_before_mm: float
    slide_mm: float
    lowest_sole_mm: float
    worst: tuple[int, ...]
    scale: float

    @property
    def max_deg(self) -> float:
        """Largest error of a direction, degrees."""
        return max((bone.max_deg for bone in self.bones.values()), default=0.0)


def measure(motion: BodyMotion, result: Retargeted, mapping: RigMapping, heads: Mapping[str, Array]) -> RetargetReport:
    """Compare a retargeted rig with its source.

    Args:
        heads: bone -> (n, 3) where the bones start in the world, meters: as posed, or as evaluated by another program.
    """
    angles, bones = [], {}
    for a, b in CHAINS:
        if a in mapping.bones and b in mapping.bones and a in motion.positions and b in motion.positions:
            ours = normalize(heads[mapping.bones[b][0]] - heads[mapping.bones[a][0]])
            theirs = normalize(motion.positions[b] - motion.positions[a])
            angle = np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(ours - theirs, axis=-1) / 2, 0, 1)))
            bones[a] = BoneError(float(angle.mean()), float(angle.max()), int(angle.argmax()))
            angles.append(angle)
    distances = _distances(motion, result.scale, mapping, heads)
    per_frame = np.max(angles, axis=0) if angles else np.zeros(len(motion))
    return RetargetReport(
        bones,
        float(distances.mean() * 1000),
        float(distances.max() * 1000),
        _slide(result.balls_before, motion.contacts),
        _slide(result.balls, motion.contacts),
        float(result.soles.min() * 1000),
        tuple(int(row) for row in np.argsort(-per_frame, kind="stable")[:N_WORST]),
        result.scale,
    )


def _distances(motion: BodyMotion, scale: float, mapping: RigMapping, heads: Mapping[str, Array]) -> Array:
    """(joints, n) meters, relative to the middle of the hips."""
    joints = [joint for pair in CHAINS for joint in pair if joint in mapping.bones and joint in motion.positions]

    def relative(positions: Mapping[str, Array], name: Mapping[str, str]) -> Array:
        middle = (positions[name["left_hip"]] + positions[name["right_hip"]]) / 2
        return np.stack([positions[name[joint]] - middle for joint in dict.fromkeys(joints)])

    own = {joint: bones[0] for joint, bones in mapping.bones.items()}
    source = {joint: joint for joint in motion.positions}
    return np.linalg.norm(relative(heads, own) - relative(motion.positions, source) * scale, axis=-1)


def _slide(balls: Array, contacts: Array) -> float:
    """Most that standing balls of the feet (n, 2, 3) move along the floor from frame to frame, mm."""
    standing = contacts[1:] & contacts[:-1]
    if not standing.any():
        return 0.0
    steps = np.linalg.norm(np.diff(balls[..., :2], axis=0), axis=-1)
    return float(steps[standing].max() * 1000)
