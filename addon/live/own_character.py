"""The extension's own characters as targets of a live capture: one for each person, made when somebody appears."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from mathutils import Quaternion, Vector

from ..bake.armature import ensure_armature, is_shaped, rest_in_armature, shape_armature
from ..bake.body import ensure_body_steps
from ..bake.bones import bone_names
from ..blender import scene_index
from ..blender.held import HeldObject
from ..blender.steps import finish
from ..blender.units import units_per_meter

if TYPE_CHECKING:
    from romp_core.bodies.body import Body
    from romp_core.typing import Array

LIVE = "live"
"""Stands for the id of a take in the marks of live characters."""


class OwnCharacter:
    """The armature of one person, found by name at every pose: the user may rename or delete it, or edit its bones."""

    def __init__(self, scene: bpy.types.Scene, person_id: int, rest_joints: Array, build: Array) -> None:
        """Make the character, or shape the one that is there.

        Args:
            rest_joints: (24, 3) meters, SMPL rest space, pelvis at the origin. build: (S,) values of the sliders.
        """
        self.person_id = person_id
        body = _body(rest_joints, build)
        name = f"Live Person {person_id + 1}"
        item, is_new = ensure_armature(scene, LIVE, person_id, name)
        if is_new:
            _link(scene, item)
            item.scale = [units_per_meter(scene)] * 3
            item.data.display_type = "BBONE"
        heads = rest_in_armature(rest_joints, body.floor_m)
        if is_new or not is_shaped(item, heads, with_root=False):
            shape_armature(item, heads, with_root=False)
        skin, skin_is_new = finish(
            ensure_body_steps(scene, item, body.fitted(rest_joints), body.floor_m, f"{name} Body")
        )
        if skin_is_new:
            _link(scene, skin)
        self._held = HeldObject(item)
        self.bones = bone_names(item.data)
        self._left, self._turn, self._root = _axes(item, self.bones)
        for bone in self.bones.values():
            item.pose.bones[bone].rotation_mode = "QUATERNION"

    @property
    def item(self) -> bpy.types.Object | None:
        """The armature; None once it was deleted."""
        return self._held.find()

    def values(self, rotations: Array, root: Array) -> tuple[Array, Array]:
        """Rotations (..., 24, 4) and pelvis location (..., 3) of pose bones for a pose in the world."""
        from romp_core.geometry.rotations import quat_multiply

        turned = quat_multiply(quat_multiply(self._left, rotations), self._turn)
        head, axes = self._root
        return turned, (root - head) @ axes

    def show(self, rotations: Array, root: Array) -> bool:
        """Pose the character; False once it was deleted. rotations (24, 4), root (3,) as in `LivePosed`."""
        from romp_core.geometry.skeleton import JOINTS

        item = self.item
        if item is None:
            return False
        if item.mode == "EDIT":
            return True
        turned, location = self.values(rotations, root)
        bones = item.pose.bones
        for joint, value in zip(JOINTS, turned.tolist(), strict=True):
            bone = bones.get(self.bones[joint])
            if bone is not None:
                bone.rotation_quaternion = Quaternion(value)
        pelvis = bones.get(self.bones["pelvis"])
        if pelvis is not None:
            pelvis.location = Vector(location.tolist())
        return True


def _axes(item: bpy.types.Object, names: dict[str, str]) -> tuple[Array, Array, tuple[Array, Array]]:
    """What turns a person's rotations into those of pose bones, as in `bake.action.bone_rotations`."""
    import numpy as np

    from romp_core.geometry.rotations import quat_conjugate, quat_from_matrix
    from romp_core.geometry.skeleton import JOINTS
    from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

    rest = np.array([item.data.bones[names[joint]].matrix_local for joint in JOINTS])
    turn = quat_from_matrix(np.swapaxes(rest[:, :3, :3], -1, -2) @ WORLD_FROM_SMPL_REST)
    left = turn.copy()
    left[0] = quat_from_matrix(rest[0, :3, :3].T)
    return left, quat_conjugate(turn), (rest[0, :3, 3], rest[0, :3, :3])


def _body(rest_joints: Array, build: Array) -> Body:
    from romp_core.bodies.build import shape_keys
    from romp_core.bodies.embedded import load_body

    return load_body().shaped(shape_keys(build)).sized(rest_joints)


def _link(scene: bpy.types.Scene, item: bpy.types.Object) -> None:
    collection = scene_index.find_collection(scene, LIVE)
    if collection is None:
        collection = bpy.data.collections.new("Live")
        scene.collection.children.link(collection)
        scene_index.keep_collection(scene, LIVE, collection)
    collection.objects.link(item)
