"""A rig that follows a motion frame by frame, as live capture gives it: poses without keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from mathutils import Vector

from .followers import set_switches
from .keys import location_axes
from .rig_reader import read_rig
from .rotation_modes import QUATERNION, in_mode, rotation_property

if TYPE_CHECKING:
    from romp_core.retarget.body_motion import BodyMotion
    from romp_core.retarget.fit import Fit
    from romp_core.retarget.mapping import RigMapping
    from romp_core.retarget.root_modes import RootMode
    from romp_core.retarget.t_pose import Landmarks


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
        self._source: Landmarks | None = None
        self._fit: Fit | None = None
        set_switches(item, mapping, ik=False)

    def show(self, motion: BodyMotion) -> None:
        """Pose the rig as in the last frame of a motion; feet are not planted, since what follows is not known."""
        if self._fit is None or self._source is not motion.rest:  # another person, or one who was measured anew
            self._source, self._fit = motion.rest, self._read.target.fit(motion)
        turned, placed = self._fit.keys(motion, self.root_mode)
        bones = self.item.pose.bones
        for name, rotations in turned.items():
            bone = bones[name]
            if (mode := bone.rotation_mode) == QUATERNION:
                bone.rotation_quaternion = rotations[-1].tolist()
            else:
                setattr(bone, rotation_property(mode), in_mode(mode, rotations)[-1])
        for name, positions in placed.items():
            bones[name].location = self._axes[name] @ Vector((positions[-1] * self._read.units).tolist())
