"""The armature of a person: 24 bones with SMPL joint names in T-pose, standing on the floor and facing -y.

People whose hands were captured have 30 finger bones as well, named as in SMPL-H.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from ..blender.edit_bones import edit_bones
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
    """Points of the rest pose (B, 3), SMPL axes, pelvis at the origin -> armature space with the soles at z = 0.

    `floor` is the height of the soles in SMPL axes, below the pelvis: negative.
    """
    import numpy as np

    from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

    return (np.asarray(rest_joints) - [0.0, floor, 0.0]) @ WORLD_FROM_SMPL_REST.T


def floor_of(item: bpy.types.Object) -> float:
    """The `floor` that an armature's bones were placed with: its pelvis is at the origin of SMPL axes."""
    return -float(item.data.bones[bone_names(item.data)["pelvis"]].head_local.z)


def bone_tails(heads: Array, tips: Array | None = None) -> Array:
    """Tail of each bone (B, 3): the child's head; end bones go on: head up, toes forward, hands along the arm.

    Args:
        heads: (24, 3), or (54, 3) with fingers. tips: (10, 3) of the fingers.
    """
    import numpy as np

    from romp_core.geometry.fingers import ALL_PARENTS, FINGERS
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
    if tips is not None:
        for index, name in enumerate(FINGERS):
            last = name.endswith("3")
            tails[len(JOINTS) + index] = tips[index // 3] if last else heads[len(JOINTS) + index + 1]
    for joint, parent in enumerate(ALL_PARENTS[: len(heads)]):
        if np.linalg.norm(tails[joint] - heads[joint]) < _SHORTEST_BONE_M:
            foot = joint < len(JOINTS) and JOINTS[joint].endswith("foot")
            along = heads[joint] - heads[parent] if joint >= len(JOINTS) else np.array(_FRONT if foot else _UP)
            along = along / max(float(np.linalg.norm(along)), 1e-9)
            tails[joint] = heads[joint] + along * 4 * _SHORTEST_BONE_M
    return tails


def is_shaped(item: bpy.types.Object, heads: Array, with_root: bool) -> bool:
    """True when the armature has its bones in these positions already, and a root bone or not as asked for."""
    import numpy as np

    from romp_core.geometry.fingers import ALL_JOINTS

    bones, names = item.data.bones, bone_names(item.data)
    joints = ALL_JOINTS[: len(heads)]
    if with_root != (ROOT_BONE in names) or not all(joint in names for joint in joints):
        return False
    return bool(np.abs(np.array([bones[names[joint]].head_local for joint in joints]) - heads).max() < _EQUAL_M)


def shape_armature(item: bpy.types.Object, heads: Array, with_root: bool, tips: Array | None = None) -> None:
    """Give the armature its bones, or move those it has; bones that the user added stay.

    Args:
        heads: (24, 3), or (54, 3) with fingers, whose tips (10, 3) are needed then.
    """
    from romp_core.geometry.fingers import ALL_JOINTS, ALL_PARENTS, FINGERS

    tails, names = bone_tails(heads, tips), bone_names(item.data)
    joints = ALL_JOINTS[: len(heads)]
    with edit_bones(item) as bones:

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
        made = [ensure(name) for name in joints]
        for joint, (name, bone) in enumerate(zip(joints, made, strict=True)):
            finger = name in FINGERS
            bone.head, bone.tail = heads[joint], tails[joint]
            bone.align_roll(_UP if finger or name.endswith(("_ankle", "_foot")) else _FRONT)
            bone.parent = made[ALL_PARENTS[joint]] if joint else root
            bone.bbone_x = bone.bbone_z = _ROD_M / 2 if finger else _ROD_M
            if tips is not None and name.endswith("_hand"):
                bone.use_deform = False  # the fingers and the wrist move the skin
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
