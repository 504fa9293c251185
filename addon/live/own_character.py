"""The extension's own characters as targets of a live capture: one for each person, made when somebody appears."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import bpy
from mathutils import Quaternion, Vector

from ..bake.action import keyed_joints
from ..bake.armature import ensure_armature, is_shaped, rest_in_armature, shape_armature
from ..bake.body import ensure_body_steps, shows_face
from ..bake.bones import bone_names
from ..bake.face import show_units
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

    def __init__(
        self,
        scene: bpy.types.Scene,
        person_id: int,
        rest_joints: Array,
        build: Array,
        rest_fingers: Array,
        has_face: bool,
    ) -> None:
        """Make the character, or shape the one that is there.

        Args:
            rest_joints: (24, 3) meters, SMPL rest space, pelvis at the origin. build: (S,) values of the sliders.
            rest_fingers: (40, 3) finger joints and tips from their wrist, or no rows for a character without fingers.
            has_face: whether the character has shape keys of the face units.
        """
        from romp_core.geometry.face_units import FACE_UNITS
        from romp_core.geometry.fingers import N_TIPS, all_rest_joints

        self.person_id = person_id
        has_fingers = len(rest_fingers) > 0
        body = _body(rest_joints, build, has_fingers, has_face)
        name = f"Live Person {person_id + 1}"
        item, is_new = ensure_armature(scene, LIVE, person_id, name)
        if is_new:
            _link(scene, item)
            item.scale = [units_per_meter(scene)] * 3
            item.data.display_type = "BBONE"
        heads, tips = rest_in_armature(rest_joints, body.floor_m), None
        if has_fingers:
            points = rest_in_armature(all_rest_joints(rest_joints, rest_fingers), body.floor_m)
            heads, tips = points[:-N_TIPS], points[-N_TIPS:]
        if is_new or not is_shaped(item, heads, with_root=False):
            shape_armature(item, heads, with_root=False, tips=tips)
        skin, skin_is_new = finish(
            ensure_body_steps(scene, item, body.fitted(rest_joints), body.floor_m, f"{name} Body")
        )
        if skin_is_new:
            _link(scene, skin)
        self._held, self._skin = HeldObject(item), HeldObject(skin)
        self._units = {unit: unit for unit in FACE_UNITS}
        self.bones = bone_names(item.data)
        self.joints = keyed_joints(self.bones)[: len(heads)]
        self._left, self._turn, self._root = _axes(item, [self.bones[joint] for joint in self.joints])
        for joint in self.joints:
            item.pose.bones[self.bones[joint]].rotation_mode = "QUATERNION"

    @property
    def item(self) -> bpy.types.Object | None:
        """The armature; None once it was deleted."""
        return self._held.find()

    def values(self, rotations: Array, root: Array) -> tuple[Array, Array]:
        """Rotations (..., B, 4) of the pose bones of `joints` and pelvis location (..., 3) for a pose in the world."""
        from romp_core.geometry.rotations import quat_multiply

        turned = quat_multiply(quat_multiply(self._left, rotations), self._turn)
        head, axes = self._root
        return turned, (root - head) @ axes

    @property
    def face_keys(self) -> bpy.types.Key | None:
        """The shape keys of the body; None where it has none of the face, or was deleted."""
        skin = self._skin.find()
        return skin.data.shape_keys if skin is not None and shows_face(skin) else None

    def show(self, rotations: Array, root: Array, face: Array) -> bool:
        """Pose the character; False once it was deleted. rotations (B, 4), root (3,), face (52,) as in `LivePosed`."""
        item = self.item
        if item is None:
            return False
        if item.mode == "EDIT":
            return True
        turned, location = self.values(rotations, root)
        bones = item.pose.bones
        for joint, value in zip(self.joints, turned.tolist(), strict=True):
            bone = bones.get(self.bones[joint])
            if bone is not None:
                bone.rotation_quaternion = Quaternion(value)
        pelvis = bones.get(self.bones["pelvis"])
        if pelvis is not None:
            pelvis.location = Vector(location.tolist())
        if len(face) and (keys := self.face_keys) is not None:
            show_units(keys, self._units, face)
        return True


def _axes(item: bpy.types.Object, names: Sequence[str]) -> tuple[Array, Array, tuple[Array, Array]]:
    """What turns a person's rotations into those of pose bones, as in `bake.action.bone_rotations`."""
    import numpy as np

    from romp_core.geometry.rotations import quat_conjugate, quat_from_matrix
    from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

    rest = np.array([item.data.bones[name].matrix_local for name in names])
    turn = quat_from_matrix(np.swapaxes(rest[:, :3, :3], -1, -2) @ WORLD_FROM_SMPL_REST)
    left = turn.copy()
    left[0] = quat_from_matrix(rest[0, :3, :3].T)
    return left, quat_conjugate(turn), (rest[0, :3, 3], rest[0, :3, :3])


def _body(rest_joints: Array, build: Array, has_fingers: bool, has_face: bool) -> Body:
    from romp_core.bodies.build import shape_keys
    from romp_core.bodies.embedded import load_body, load_body_with_fingers, with_face

    body = load_body_with_fingers() if has_fingers else load_body()
    return (with_face(body) if has_face else body).shaped(shape_keys(build)).sized(rest_joints)


def _link(scene: bpy.types.Scene, item: bpy.types.Object) -> None:
    collection = scene_index.find_collection(scene, LIVE)
    if collection is None:
        collection = bpy.data.collections.new("Live")
        scene.collection.children.link(collection)
        scene_index.keep_collection(scene, LIVE, collection)
    collection.objects.link(item)
