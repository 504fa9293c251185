"""What somebody changed of a baked pose, by keys or on screen, as turns and shifts of joints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import bpy

from ..blender import compat
from ..blender.timing import FIRST_FRAME
from . import hand_edits
from .action import baked_curves, bone_from_joint, keyed_joints
from .bones import ROOT_BONE, bone_names

if TYPE_CHECKING:
    from romp_core.take.edits.pose_changes import PoseChanges
    from romp_core.typing import Array


@dataclass(frozen=True)
class Posed:
    """A character whose keys a bake wrote, as it is now.

    Attributes:
        action: that moves it. written: by the latest bake. shown: (n, 4r + 3k) what the keys show now.
        on_frame: the frame on screen is among those that were written.
        changes: against what was solved.
    """

    item: bpy.types.Object
    action: bpy.types.Action
    written: hand_edits.Written
    shown: Array
    on_frame: bool
    changes: PoseChanges

    def settle(self) -> None:
        """Note that the take has these changes now: the next bake does not add them to the keys once more."""
        channels = compat.found_channels(self.item, self.action)
        curves = baked_curves(self.item)[: self.shown.shape[1]]
        hand_edits.settle(self.action, channels, curves, self.written, self.shown)


def read_pose(
    item: bpy.types.Object, action: bpy.types.Action, written: hand_edits.Written, start: float, frame: int | None
) -> Posed:
    """What was changed of a character's pose: in keys, and at a frame of the scene, if given, in what is on screen.

    Args:
        start: second of the footage's first frame.
    """
    import numpy as np

    from romp_core.geometry.rotations import quat_conjugate, quat_multiply
    from romp_core.take.edits.pose_changes import PoseChanges

    names = bone_names(item.data)
    joints = keyed_joints(names)
    curves, rotations = baked_curves(item), len(joints)
    width = min(len(curves), written.solved.shape[1])
    written = replace(written, solved=written.solved[:, :width], values=written.values[:, :width])
    shown = hand_edits.shown(compat.found_channels(item, action), curves[:width], written)
    now, at_frame = shown.copy(), np.flatnonzero(written.frames == frame)
    now[at_frame] = _on_screen(item, [names[joint] for joint in joints], names.get(ROOT_BONE))[:width]
    turns, shifts = hand_edits.differences(written.solved, now, rotations)
    rest = {joint: np.array(item.data.bones[name].matrix_local)[:3, :3] for joint, name in names.items()}
    turn = bone_from_joint(np.array([rest[joint] for joint in joints]))
    moved = shifts[:, :3] @ rest["pelvis"].T
    if shifts.shape[1] > 3:
        moved = moved + shifts[:, 3:] @ rest[ROOT_BONE].T
    seconds = start + (written.frames.astype(np.float64) - FIRST_FRAME) / written.fps
    in_joints = quat_multiply(quat_multiply(quat_conjugate(turn), turns), turn)
    changes = PoseChanges(seconds, np.round(written.frames).astype(int), joints, in_joints, moved)
    return Posed(item, action, written, shown, bool(len(at_frame)), changes)


def _on_screen(item: bpy.types.Object, bones: list[str], root: str | None) -> Array:
    """What the pose on screen has of the baked channels, (4r + 3k): however the bones are rotated."""
    import numpy as np

    basis: list[Any] = [item.pose.bones[name].matrix_basis for name in bones]
    turns = [each.to_quaternion() for each in basis]
    moved = [basis[0], *([item.pose.bones[root].matrix_basis] if root is not None else [])]
    return np.concatenate([*map(np.array, turns), *(np.array(each.to_translation()) for each in moved)])
