"""Put the motion of a body onto a rig, whatever its proportions and its rest pose.

World rotations are transferred, relative to the T-pose of both sides, so that neither the roll nor the axes of bones
matter. The path of the hips scales with the length of the legs, and feet in contact are made to stand again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..geometry.fingers import SIDES
from ..geometry.rotations import quat_rotate
from ..typing import Array
from . import footholds
from .body_motion import BodyMotion
from .fit import Fit
from .ik_controls import ik_controls
from .legs import LegBuild, LegPose
from .mapping import RigMapping
from .pose import RigPose
from .rig import Rig
from .root_modes import RootMode


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
        fit = self.fit(motion)
        turns, pelvis = fit.turns(motion), fit.pelvis(motion, root_mode)
        legs = _leg_pose(turns, pelvis, fit.ours)
        before = _balls(legs, fit.ours)
        if plants and motion.contacts.any() and not fit.is_same:
            source = _leg_pose(motion.turns, motion.positions["pelvis"], fit.theirs)
            legs, shift = footholds.plant(
                legs, fit.ours, motion.contacts, fps, source, fit.theirs, fit.scale, motion.step
            )
            pelvis = pelvis + shift
            for side, name in enumerate(SIDES):
                turns |= {f"{name}_hip": legs.thighs[:, side], f"{name}_knee": legs.shins[:, side]}
        after, soles = _balls(legs, fit.ours), legs.ankles(fit.ours)[..., 2] + legs.lowest(fit.ours)
        turned, placed = fit.bones(motion, turns, pelvis, root_mode)
        pose = fit.poser(turned, placed).pose(turned, placed)
        if ik:
            more_turned, more_placed = ik_controls(self.rig, self.mapping, pose)
            turned, placed = turned | more_turned, placed | more_placed
            pose = fit.poser(turned, placed).pose(turned, placed)
        return Retargeted(pose, fit.scale, turns, before, after, soles)

    def fit(self, motion: BodyMotion) -> Fit:
        """What this rig does with motions of the same source. Raises RetargetError as `retarget` does."""
        return Fit(self.rig, self.mapping, self.feet, self.origin, motion.rest, motion.alignment)


def _leg_pose(turns: Mapping[str, Array], pelvis: Array, build: LegBuild) -> LegPose:
    hips = pelvis[:, None] + quat_rotate(turns["pelvis"][:, None], build.hips)
    thighs, shins = (np.stack([turns[f"{side}_{part}"] for side in SIDES], axis=1) for part in ("hip", "knee"))
    feet = np.stack([turns.get(f"{side}_ankle", turns[f"{side}_knee"]) for side in SIDES], axis=1)
    return LegPose(hips, thighs, shins, feet)


def _balls(legs: LegPose, build: LegBuild) -> Array:
    return legs.ankles(build) + quat_rotate(legs.feet, build.balls)
