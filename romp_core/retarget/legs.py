"""The legs of a target as they follow a motion, before they become rotations of its bones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.fingers import SIDES
from ..geometry.rotations import quat_rotate
from ..typing import Array
from .t_pose import Alignment, Landmarks

_HEEL_BACK = 0.3
"""Distance of the heel behind the ankle, as a share of the foot from ankle to ball."""
_FOOT_SHARE = 0.16
"""Distance from the ankle to the joint of the toes, as a share of the leg."""


@dataclass(frozen=True)
class LegBuild:
    """Legs in the T-pose, both sides, meters.

    Attributes:
        hips: (2, 3) from the pelvis to the hips. lengths: (2, 2) of thigh and shin.
        heels: (2, 3) on the sole, and balls: (2, 3) joints of the toes, from the ankle.
        ankle_height, ball_heights: (2,) above the soles.
    """

    hips: Array
    lengths: Array
    heels: Array
    balls: Array
    ankle_height: float
    ball_heights: Array

    @classmethod
    def of(cls, rest: Landmarks, alignment: Alignment, model: LegBuild | None = None) -> LegBuild:
        """The legs of a skeleton; its `Landmarks` have hips and knees.

        Args:
            model: whose feet it gets, in the proportion of the legs, where it has no toes.
        """
        hips, lengths, heels, balls, height = [], [], [], [], rest.ankle_height
        for side in SIDES:
            hip, knee, ankle = f"{side}_hip", f"{side}_knee", f"{side}_ankle"
            hips.append(alignment.turns["pelvis"] @ (rest.heads[hip] - rest.heads["pelvis"]))
            lengths.append([rest.length(hip), rest.length(knee)])
            if ankle in alignment.directions and (f"{side}_foot" in rest.heads or model is None):
                ball = alignment.directions[ankle] * rest.length(ankle)
            else:
                ball = _ball_like(model, rest.leg_length, height)
            balls.append(ball)
            heels.append([*(-_HEEL_BACK * ball[:2]), -height])
        heights = np.maximum(height + np.array(balls)[:, 2], 0.0)
        return cls(np.array(hips), np.array(lengths), np.array(heels), np.array(balls), height, heights)

    def like(self, other: LegBuild, share: float = 0.01) -> bool:
        """True when all lengths are those of the other legs, within this share."""
        ours, theirs = (np.r_[each.lengths.ravel(), np.linalg.norm(each.hips, axis=1)] for each in (self, other))
        return bool(np.abs(ours / theirs - 1).max() < share)


def _ball_like(model: LegBuild | None, leg_length: float, ankle_height: float) -> Array:
    """Joint of the toes (3,) from the ankle, for a foot without toes."""
    if model is None:
        return np.array([0.0, -_FOOT_SHARE * leg_length, -ankle_height])
    scale = leg_length / float(model.lengths.sum(axis=1).mean())
    ball = np.asarray(model.balls.mean(axis=0) * [0.0, 1.0, 0.0]) * scale
    ball[2] = float(model.ball_heights.mean()) * scale - ankle_height
    return ball


@dataclass(frozen=True)
class LegPose:
    """Legs in n frames: world positions and rotations, each (n, 2, 3) or (n, 2, 4), left and right."""

    hips: Array
    thighs: Array
    shins: Array
    feet: Array

    def ankles(self, build: LegBuild) -> Array:
        """(n, 2, 3) where the ankles are."""
        down = np.array([0.0, 0.0, -1.0])
        thighs = quat_rotate(self.thighs, down) * build.lengths[:, :1]
        return np.asarray(self.hips + thighs + quat_rotate(self.shins, down) * build.lengths[:, 1:])

    def soles(self, build: LegBuild) -> Array:
        """(n, 2, 2, 3) where a foot turns, heel and joint of the toes, from the ankle, in world axes."""
        return quat_rotate(self.feet[:, :, None], np.stack([build.heels, build.balls], axis=1))

    def lowest(self, build: LegBuild) -> Array:
        """(n, 2) height of the lowest of the sole above the ankle, below 0; toes stay flat below their joint."""
        soles = self.soles(build)[..., 2]
        return np.minimum(soles[..., 0], soles[..., 1] - build.ball_heights)
