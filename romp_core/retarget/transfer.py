"""Put the motion of a body onto a rig, whatever its proportions and its rest pose.

World rotations are transferred, relative to the T-pose of both sides, so that neither the roll nor the axes of bones
matter. The path of the hips scales with the length of the legs, and feet in contact are made to stand again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import RetargetError
from ..geometry.fingers import SIDES
from ..geometry.rotations import quat_from_matrix, quat_multiply, quat_rotate
from ..typing import Array
from . import footholds
from .body_motion import BodyMotion
from .ik_controls import ik_controls
from .landmarks import landmarks
from .legs import LegBuild, LegPose
from .mapping import RigMapping
from .pose import RigPose, pose_rig
from .rig import Rig
from .root_modes import RootMode, root_motion
from .sharing import joint_turns, shared
from .t_pose import Landmarks, align

_SAME_SIZE = 0.005
"""Legs whose length differs by less than this share walk as the source does; nothing has to be planted anew, and the
ankles are as high as in the source."""
_SAME_SOLE_M = 0.01
"""Ankle heights that differ by less are the same: rigs disagree about where an ankle is."""


@dataclass(frozen=True)
class Retargeted:
    """What a rig does.

    Attributes:
        pose: what is keyed, and where the bones are. scale: of the path, target over source.
        turns: joint -> (n, 4) world rotations that the bones were given, identity in the T-pose; legs after planting.
        balls_before, balls: (n, 2, 3) balls of the feet as transferred, and as planted, meters.
        soles: (n, 2) height of the lowest of each foot above the floor, as planted.
    """

    pose: RigPose
    scale: float
    turns: Mapping[str, Array]
    balls_before: Array
    balls: Array
    soles: Array


@dataclass(frozen=True)
class Target:
    """A rig that motions are put onto.

    Attributes:
        rig: relative to the origin of the character, so that its floor is at 0.
        mapping: of its bones. feet: side -> (n, 3) vertices of the feet at rest, where a mesh shows them.
        origin: (3,) of the character in the world, meters.
    """

    rig: Rig
    mapping: RigMapping
    feet: Mapping[str, Array]
    origin: Array

    def retarget(
        self, motion: BodyMotion, fps: float, root_mode: RootMode = "HIPS", plants: bool = True, ik: bool = False
    ) -> Retargeted:
        """Put a motion onto the rig.

        Args:
            fps: frames per second. plants: whether feet in contact stand still again on legs of other proportions.
            ik: whether IK controls are posed as well.

        Raises:
            RetargetError: bones are missing without which nothing can be done.
        """
        if missing := self.mapping.missing:
            names = ", ".join(joint.replace("_", " ") for joint in missing)
            raise RetargetError(f"The rig has no bones for: {names}.", "Choose them in the mapping of the rig.")
        rest = landmarks(self.rig, self.mapping, self.feet)
        alignment = align(rest, motion.alignment.directions)
        theirs = LegBuild.of(motion.rest, motion.alignment)
        ours = LegBuild.of(rest, alignment, theirs)
        scale = rest.leg_length / motion.rest.leg_length
        turns = joint_turns(motion.turns, [joint for joint in self.mapping.bones if joint in rest.heads])
        same = ours.like(theirs) and abs(scale - 1) < _SAME_SIZE
        lift = ours.ankle_height - scale * theirs.ankle_height
        lift = 0.0 if same or abs(lift) < _SAME_SOLE_M else lift
        pelvis = self._pelvis(motion, scale, lift, ours, root_mode)
        legs = _leg_pose(turns, pelvis, ours)
        before = _balls(legs, ours)
        if plants and motion.contacts.any() and not same:
            source = _leg_pose(motion.turns, motion.positions["pelvis"], theirs)
            legs, shift = footholds.plant(legs, ours, motion.contacts, fps, source, theirs)
            pelvis = pelvis + shift
            for side, name in enumerate(SIDES):
                turns |= {f"{name}_hip": legs.thighs[:, side], f"{name}_knee": legs.shins[:, side]}
        after, soles = _balls(legs, ours), legs.ankles(ours)[..., 2] + legs.lowest(ours)
        if root_mode == "IN_PLACE":
            pelvis = pelvis * [0, 0, 1] + rest.heads["pelvis"] * [1, 1, 0]
        turned = {}
        for joint in turns:
            segments = self._segments(joint, rest) if joint.endswith(("hip", "knee", "shoulder", "elbow")) else None
            segments = segments @ alignment.turns[joint].T if segments is not None else None
            parts = shared(motion.turns, turns, self.mapping, joint, segments)
            for bone, part in zip(self.mapping.bones[joint], parts, strict=True):
                own = alignment.turns[joint] @ self.rig.rest[self.rig.index[bone], :3, :3]
                turned[bone] = quat_multiply(part, quat_from_matrix(own))
        placed: dict[str, Array] = {}
        self._add_root(turned, placed, turns["pelvis"], pelvis, rest, root_mode)
        bone, carrier = self.mapping.bones["pelvis"][0], self.mapping.carrier
        if carrier:
            unmoved = pose_rig(self.rig, turned, placed, len(motion)).heads
            placed[carrier] = pelvis + unmoved[carrier] - unmoved[bone]
        else:
            placed[bone] = pelvis
        pose = pose_rig(self.rig, turned, placed, len(motion))
        if ik:
            more_turned, more_placed = ik_controls(self.rig, self.mapping, pose)
            pose = pose_rig(self.rig, turned | more_turned, placed | more_placed, len(motion))
        return Retargeted(pose, scale, turns, before, after, soles)

    def _segments(self, joint: str, rest: Landmarks) -> Array | None:
        """From bone to bone of a limb at rest, and to its end (bones, 3); None for a limb without length."""
        if rest.direction(joint) is None:
            return None
        heads = [self.rig.heads[self.rig.index[bone]] for bone in self.mapping.bones[joint]]
        return np.diff([*heads, rest.ends[joint]], axis=0)

    def _pelvis(self, motion: BodyMotion, scale: float, lift: float, build: LegBuild, mode: RootMode) -> Array:
        """Where the head of the pelvis bone is (n, 3), relative to the character's origin."""
        middle = (motion.positions["left_hip"] + motion.positions["right_hip"]) / 2
        path = middle * scale + [0.0, 0.0, lift]
        if mode == "WORLD":
            start = middle[0] * [1.0, 1.0, 0.0]
            path = path + start * (1 - scale) - self.origin
        return np.asarray(path - quat_rotate(motion.turns["pelvis"], build.hips.mean(axis=0)))

    def _add_root(
        self,
        turned: dict[str, Array],
        placed: dict[str, Array],
        pelvis_turn: Array,
        pelvis: Array,
        rest: Landmarks,
        mode: RootMode,
    ) -> None:
        name = self.mapping.root
        if name not in self.rig.index:
            return
        row = self.rig.index[name]
        motion = root_motion(pelvis_turn, pelvis, mode)
        if motion is not None:
            turn, path = motion
            from_root = (rest.heads["pelvis"] - self.rig.heads[row]) * [1.0, 1.0, 0.0]
            turned[name] = quat_multiply(turn, quat_from_matrix(self.rig.rest[row, :3, :3]))
            placed[name] = path - quat_rotate(turn, from_root) + self.rig.heads[row] * [0.0, 0.0, 1.0]


def _leg_pose(turns: Mapping[str, Array], pelvis: Array, build: LegBuild) -> LegPose:
    hips = pelvis[:, None] + quat_rotate(turns["pelvis"][:, None], build.hips)
    thighs, shins = (np.stack([turns[f"{side}_{part}"] for side in SIDES], axis=1) for part in ("hip", "knee"))
    feet = np.stack([turns.get(f"{side}_ankle", turns[f"{side}_knee"]) for side in SIDES], axis=1)
    return LegPose(hips, thighs, shins, feet)


def _balls(legs: LegPose, build: LegBuild) -> Array:
    return legs.ankles(build) + quat_rotate(legs.feet, build.balls)
