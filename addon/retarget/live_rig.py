"""A rig that follows a motion frame by frame, as live capture gives it: poses without keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from mathutils import Vector

from .followers import set_switches
from .keys import location_axes
from .rig_reader import read_rig
from .rotation_modes import in_mode, rotation_property

if TYPE_CHECKING:
    from romp_core.retarget.body_motion import BodyMotion
    from romp_core.retarget.mapping import RigMapping
    from romp_core.retarget.root_modes import RootMode


class LiveRig:
    """An armature that shows the poses it is given.

    The rig is read once, when this is made; a mode of work such as edit mode has to be left before.
    """

    def __init__(
        self, scene: bpy.types.Scene, item: bpy.types.Object, mapping: RigMapping, root_mode: RootMode = "HIPS"
    ) -> None:
        """Read the rig, and let its limbs follow their FK controls.

        Raises:
            romp_core.errors.RetargetError: bones of the mapping are not there.
        """
        self.item, self.root_mode = item, root_mode
        self._read = read_rig(scene, item, mapping)
        self._axes = {bone.name: location_axes(bone) for bone in item.data.bones}
        set_switches(item, mapping, ik=False)

    def show(self, motion: BodyMotion, fps: float) -> None:
        """Pose the rig as in the last frame of a motion; feet are not planted, since what follows is not known."""
        pose = self._read.target.retarget(motion, fps, self.root_mode, plants=False).pose
        for name, rotations in pose.rotations.items():
            bone = self.item.pose.bones[name]
            setattr(bone, rotation_property(bone.rotation_mode), in_mode(bone.rotation_mode, rotations)[-1])
        for name, positions in pose.locations.items():
            self.item.pose.bones[name].location = self._axes[name] @ Vector(positions[-1] * self._read.units)
