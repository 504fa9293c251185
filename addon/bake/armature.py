"""The armature of a person: 24 bones with SMPL joint names in T-pose, standing on the floor and facing -y."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from .bones import ROOT_BONE, bone_names, mark_bone

if TYPE_CHECKING:
    from romp_core.typing import Array

_SHORTEST_BONE_M = 0.005  # Blender deletes bones without length
_EQUAL_M = 1e-5
_ROD_M = 0.006  # thickness of bones that are shown as rods, inside of a body
_FRONT, _UP = (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)
_TOWARDS = {"pelvis": "spine1", "spine3": "neck"}  # of several children, the one that the bone points to
_COLLECTIONS = {"left": ("Left", "THEME04"), "right": ("Right", "THEME01"), "": ("Middle", "THEME09")}


def rest_in_armature(rest_joints: Array, floor: float) -> Array:
    """Joints of the rest pose (24, 3), SMPL axes, pelvis at the origin -> armature space with the soles at z = 0.

    `floor` is the height of the soles in SMPL axes, below the pelvis: negative.
    """
    import numpy as np

    from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

    return (np.asarray(rest_joints) - [0.0, floor, 0.0]) @ WORLD_FROM_SMPL_REST.T


def floor_of(item: bpy.types.Object) -> float:
    """The `floor` that an armature's bones were placed with: its pelvis is at the origin of SMPL axes."""
    return -float(item.data.bones[bone_names(item.data)["pelvis"]].head_local.z)


def bone_tails(heads: Array) -> Array:
    """Tail of each bone (24, 3): the child's head; end bones go on: head up, toes forward, hands along the arm."""
    import numpy as np

    from romp_core.geometry.skeleton import JOINT, JOINTS, PARENTS

    tails = np.empty_like(heads)
    for joint, name in enumerate(JOINTS):
        children = [child for child, parent in enumerate(PARENTS) if parent == joint]
        if children:
            tails[joint] = heads[JOINT[_TOWARDS.get(name, JOINTS[children[0]])]]
            continue
        step = heads[joint] - heads[PARENTS[joint]]
        if name == "head":
            step = np.array([0.0, 0.0, 2.0 * np.linalg.norm(step)])
        elif name.endswith("foot"):
            step = np.array([step[0], step[1], 0.0]) * 0.5
        tails[joint] = heads[joint] + step
    for joint, name in enumerate(JOINTS):
        if np.linalg.norm(tails[joint] - heads[joint]) < _SHORTEST_BONE_M:
            tails[joint] = heads[joint] + np.multiply(_FRONT if name.endswith("foot") else _UP, 4 * _SHORTEST_BONE_M)
    return tails


def is_shaped(item: bpy.types.Object, heads: Array, with_root: bool) -> bool:
    """True when the armature has its bones in these positions already, and a root bone or not as asked for."""
    import numpy as np

    from romp_core.geometry.skeleton import JOINTS

    bones, names = item.data.bones, bone_names(item.data)
    if with_root != (ROOT_BONE in names) or not all(joint in names for joint in JOINTS):
        return False
    return bool(np.abs(np.array([bones[names[joint]].head_local for joint in JOINTS]) - heads).max() < _EQUAL_M)


def shape_armature(item: bpy.types.Object, heads: Array, with_root: bool) -> None:
    """Give the armature its bones, or move those it has; bones that the user added stay."""
    from romp_core.geometry.skeleton import JOINTS, PARENTS

    tails, names = bone_tails(heads), bone_names(item.data)
    with _edit_mode(item) as bones:

        def ensure(joint: str) -> bpy.types.EditBone:
            bone = bones.get(names.get(joint, "")) or bones.new(joint)
            mark_bone(bone, joint)
            return bone

        root = bones.get(names.get(ROOT_BONE, ""))
        if root is not None and not with_root:
            bones.remove(root)
            root = None
        elif with_root:
            root = ensure(ROOT_BONE)
        if root is not None:
            root.head, root.tail = (0.0, 0.0, 0.0), (0.0, 0.25 * abs(heads[0][2]), 0.0)
            root.align_roll(_UP)
            root.use_deform = False
            root.bbone_x = root.bbone_z = _ROD_M
        made = [ensure(name) for name in JOINTS]
        for joint, (name, bone) in enumerate(zip(JOINTS, made, strict=True)):
            bone.head, bone.tail = heads[joint], tails[joint]
            bone.align_roll(_UP if name.endswith(("_ankle", "_foot")) else _FRONT)
            bone.parent = made[PARENTS[joint]] if joint else root
            bone.bbone_x = bone.bbone_z = _ROD_M
    _color(item.data)


def ensure_armature(scene: bpy.types.Scene, take_id: str, person_id: int, name: str) -> tuple[bpy.types.Object, bool]:
    """The person's armature object in this scene, and whether it is new (then it has no bones and no collection)."""
    item = scene_index.find_object(scene, take_id, scene_index.ARMATURE, person_id)
    if item is not None:
        scene_index.keep(scene, item)
        return item, False
    item = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    scene_index.mark(item, take_id, scene_index.ARMATURE, person_id)
    scene_index.keep(scene, item)
    item.show_in_front = True
    return item, True


def _color(armature: bpy.types.Armature) -> None:
    """Bone colors and collections by side, once: later changes by the user stay."""
    for name, own in bone_names(armature).items():
        bone = armature.bones[own]
        if bone.collections:
            continue
        side = name.split("_")[0] if name.startswith(("left_", "right_")) else ""
        title, palette = ("Root", "THEME03") if name == ROOT_BONE else _COLLECTIONS[side]
        (armature.collections.get(title) or armature.collections.new(title)).assign(bone)
        bone.color.palette = palette


@contextmanager
def _edit_mode(item: bpy.types.Object) -> Iterator[bpy.types.ArmatureEditBones]:
    """Edit bones of an armature, in a scene of its own: the user's scene, selection and visibility play no part."""
    scene = bpy.data.scenes.new("MoCap Armature")
    scene.collection.objects.link(item)
    view_layer = scene.view_layers[0]
    view_layer.objects.active = item
    hidden, item.hide_viewport = item.hide_viewport, False  # a hidden armature cannot be edited
    try:
        with bpy.context.temp_override(scene=scene, view_layer=view_layer, active_object=item, object=item):
            if item.mode != "OBJECT":
                bpy.ops.object.mode_set(mode="OBJECT")
            bpy.ops.object.mode_set(mode="EDIT")
            try:
                yield item.data.edit_bones
            finally:
                bpy.ops.object.mode_set(mode="OBJECT")
    finally:
        item.hide_viewport = hidden
        bpy.data.scenes.remove(scene)
