"""`Fit`: a target and the skeleton of a source, both at rest, and what follows from them for every frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import RetargetError
from ..geometry.rotations import quat_from_matrix, quat_multiply, quat_rotate
from ..typing import Array
from .body_motion import BodyMotion
from .landmarks import landmarks
from .legs import LegBuild
from .mapping import RigMapping
from .pose import Poser
from .rig import Rig
from .root_modes import RootMode, root_motion
from .sharing import joint_turns, shared
from .t_pose import Alignment, Landmarks, align

_SAME_SIZE = 0.005
"""Legs whose length differs by less than this share walk as the source does; nothing has to be planted anew, and the
ankles are as high as in the source."""
_SAME_SOLE_M = 0.01
"""Ankle heights that differ by less are the same: rigs disagree about where an ankle is."""


class Fit:
    """What a target does with the motions of one source.

    Attributes:
        rest: of the target. theirs, ours: legs of source and target. scale: of the path, target over source.
        is_same: whether the target has the source's legs.
    """

    def __init__(
        self,
        rig: Rig,
        mapping: RigMapping,
        feet: Mapping[str, Array],
        origin: Array,
        source: Landmarks,
        aligned: Alignment,
    ) -> None:
        """Take the attributes of a `Target`, and the source's skeleton at rest with what brings it into the T-pose.

        Raises:
            RetargetError: bones are missing without which nothing can be done.
        """
        if missing := mapping.missing:
            names = ", ".join(joint.replace("_", " ") for joint in missing)
            raise RetargetError(f"The rig has no bones for: {names}.", "Choose them in the mapping of the rig.")
        self._rig, self._mapping, self._origin = rig, mapping, origin
        self.rest = landmarks(rig, mapping, feet)
        self._joints = [joint for joint in mapping.bones if joint in self.rest.heads]
        alignment = align(self.rest, aligned.directions)
        self.theirs = LegBuild.of(source, aligned)
        self.ours = LegBuild.of(self.rest, alignment, self.theirs)
        self._to_hips = self.ours.hips.mean(axis=0)
        self.scale = self.rest.leg_length / source.leg_length
        self.is_same = self.ours.like(self.theirs) and abs(self.scale - 1) < _SAME_SIZE
        lift = self.ours.ankle_height - self.scale * self.theirs.ankle_height
        self._lift = np.array([0.0, 0.0, 0.0 if self.is_same or abs(lift) < _SAME_SOLE_M else lift])
        self._segments = {joint: self._limb(joint, alignment.turns[joint]) for joint in self._joints}
        self._in_t_pose = {
            bone: quat_from_matrix(alignment.turns[joint] @ rig.rest[rig.index[bone], :3, :3])
            for joint in self._joints
            for bone in mapping.bones[joint]
        }
        self._posers: dict[tuple[tuple[str, ...], tuple[str, ...]], Poser] = {}

    def keys(self, motion: BodyMotion, root_mode: RootMode = "HIPS") -> tuple[dict[str, Array], dict[str, Array]]:
        """Keyed rotations and locations as in `RigPose`; feet are not planted, so that each frame is by itself."""
        turns = self.turns(motion)
        turned, placed = self.bones(motion, turns, self.pelvis(motion, root_mode), root_mode)
        return self.poser(turned, placed).keys(turned, placed)

    def poser(self, turned: Mapping[str, Array], placed: Mapping[str, Array]) -> Poser:
        """What poses these bones of the rig."""
        names = tuple(turned), tuple(placed)
        if names not in self._posers:
            self._posers[names] = Poser(self._rig, *names)
        return self._posers[names]

    def turns(self, motion: BodyMotion) -> dict[str, Array]:
        """Joint -> (n, 4) world rotations of the target's joints, identity in the T-pose."""
        return joint_turns(motion.turns, self._joints)

    def pelvis(self, motion: BodyMotion, mode: RootMode) -> Array:
        """Where the head of the pelvis bone is (n, 3), relative to the character's origin."""
        middle = (motion.positions["left_hip"] + motion.positions["right_hip"]) / 2
        path = middle * self.scale + self._lift
        if mode == "WORLD":
            start = middle[0] * [1.0, 1.0, 0.0]
            path = path + start * (1 - self.scale) - self._origin
        return np.asarray(path - quat_rotate(motion.turns["pelvis"], self._to_hips))

    def bones(
        self, motion: BodyMotion, turns: Mapping[str, Array], pelvis: Array, mode: RootMode
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """World rotations and positions of bones, as `Poser` takes them.

        Args:
            turns: joint -> (n, 4) as above, perhaps planted since; pelvis: (n, 3).
        """
        if mode == "IN_PLACE":
            pelvis = pelvis * [0, 0, 1] + self.rest.heads["pelvis"] * [1, 1, 0]
        parts = {
            bone: part
            for joint in turns
            for bone, part in zip(
                self._mapping.bones[joint],
                shared(motion.turns, turns, self._mapping, joint, self._segments[joint]),
                strict=True,
            )
        }
        own = np.array([self._in_t_pose[bone] for bone in parts])
        turned = dict(zip(parts, quat_multiply(np.array(list(parts.values())), own[:, None]), strict=True))
        placed: dict[str, Array] = {}
        self._add_root(turned, placed, turns["pelvis"], pelvis, mode)
        bone, carrier = self._mapping.bones["pelvis"][0], self._mapping.carrier
        if carrier:
            unmoved = self.poser(turned, placed).heads(turned, placed, (carrier, bone))
            placed[carrier] = pelvis + unmoved[carrier] - unmoved[bone]
        else:
            placed[bone] = pelvis
        return turned, placed

    def _limb(self, joint: str, turn: Array) -> Array | None:
        """From bone to bone of a limb in the T-pose, and to its end (bones, 3); None for others, and without length."""
        if not joint.endswith(("hip", "knee", "shoulder", "elbow")) or self.rest.direction(joint) is None:
            return None
        heads = [self._rig.heads[self._rig.index[bone]] for bone in self._mapping.bones[joint]]
        return np.asarray(np.diff([*heads, self.rest.ends[joint]], axis=0) @ turn.T)

    def _add_root(
        self, turned: dict[str, Array], placed: dict[str, Array], pelvis_turn: Array, pelvis: Array, mode: RootMode
    ) -> None:
        name = self._mapping.root
        if name not in self._rig.index:
            return
        row = self._rig.index[name]
        motion = root_motion(pelvis_turn, pelvis, mode)
        if motion is not None:
            turn, path = motion
            head = self._rig.heads[row]
            from_root = (self.rest.heads["pelvis"] - head) * [1.0, 1.0, 0.0]
            turned[name] = quat_multiply(turn, self._rig.rest_quats[row])
            placed[name] = path - quat_rotate(turn, from_root) + head * [0.0, 0.0, 1.0]
