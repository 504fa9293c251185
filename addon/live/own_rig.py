"""A rig of the user's as the target of a live capture, by its retargeting mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..bake.face import show_units
from ..blender.held import HeldObject
from ..blender.modes import in_object_mode
from ..retarget.face import faces_of
from ..retarget.live_rig import LiveRig
from ..retarget.mappings import mapping_for

if TYPE_CHECKING:
    from romp_core.retarget.body_motion import TakeSkeleton
    from romp_core.typing import Array


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
        self._faces = [(HeldObject(mesh), units) for mesh, units, _ in faces_of(scene, item) if units]
        self._skeleton: TakeSkeleton | None = None

    @property
    def item(self) -> bpy.types.Object | None:
        """The armature; None once it was deleted."""
        item = self._held.find()
        if item is not None:
            self._rig.item = item
        return item

    def show(self, rotations: Array, root: Array, face: Array, rest_joints: Array, rest_fingers: Array) -> bool:
        """Pose the rig; False once it was deleted.

        Args:
            rotations: (24, 4), or (54, 4) with fingers. root: (3,). face: (52,), or empty.
            rest_joints: (24, 3), the same array as long as the person is the same.
            rest_fingers: (40, 3) finger joints and tips from their wrist, or no rows.
        """
        import numpy as np

        from romp_core.geometry.skeleton import N_JOINTS
        from romp_core.retarget.body_motion import TakeSkeleton

        item = self.item
        if item is None:
            return False
        if item.mode != "EDIT":
            if self._skeleton is None or self._skeleton.rest_joints is not rest_joints:
                self._skeleton = TakeSkeleton(rest_joints, rest_fingers if len(rest_fingers) else None)
            body, fingers = rotations[None, :N_JOINTS], rotations[None, N_JOINTS:]
            hands = fingers if len(rest_fingers) else None
            self._rig.show(self._skeleton.motion(body, root[None], np.zeros((1, 2), bool), hands))
        for held, units in self._faces if len(face) else ():
            mesh = held.find()
            if mesh is not None and mesh.data.shape_keys is not None:
                show_units(mesh.data.shape_keys, units, face)
        return True
