"""A rig of the user's as the target of a live capture, by its retargeting mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..blender.held import HeldObject
from ..blender.modes import in_object_mode
from ..retarget.live_rig import LiveRig
from ..retarget.mappings import mapping_for

if TYPE_CHECKING:
    from romp_core.typing import Array

_FPS = 30.0


class OwnRig:
    """An armature that follows one person."""

    def __init__(self, scene: bpy.types.Scene, item: bpy.types.Object) -> None:
        """Read the rig.

        Raises:
            romp_core.errors.RetargetError: it is not recognized, or has no mapping.
        """
        mapping = mapping_for(scene, item)
        with in_object_mode(scene, [item]):
            self._rig = LiveRig(scene, item, mapping)
        self._held = HeldObject(item)

    @property
    def item(self) -> bpy.types.Object | None:
        """The armature; None once it was deleted."""
        item = self._held.find()
        if item is not None:
            self._rig.item = item
        return item

    def show(self, rotations: Array, root: Array, rest_joints: Array) -> bool:
        """Pose the rig; False once it was deleted. rotations (24, 4), root (3,), rest_joints (24, 3)."""
        import numpy as np

        from romp_core.retarget.body_motion import from_take

        item = self.item
        if item is None:
            return False
        if item.mode != "EDIT":
            motion = from_take(rotations[None], root[None], rest_joints, np.zeros((1, 2), bool))
            self._rig.show(motion, _FPS)
        return True
