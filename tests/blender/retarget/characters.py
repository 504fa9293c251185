"""Characters on common rigs, built from code and from the data of the built-in body's makers (CC0)."""

from __future__ import annotations

import hashlib
import math

import bpy
import numpy as np
from mathutils import Matrix, Vector

from romp_core.geometry.skeleton import JOINTS
from romp_core.retarget.mapping import RigMapping
from romp_core.retarget.recognize import recognize
from tests.blender.retarget.built_skeletons import FROM_WHEEL, SIDES, Part, from_wheel, joint_positions, outlined, posed
from tests.skeletons import OUTLINES

FAMILIES = ("own", "rigify", "rigify_metarig", "game_engine", *(name for name in OUTLINES if name != "own"))
POSES = ("T", "A", "neither", "built")
_SAME_AS = {"game_engine": "ue4"}
_ACROSS = {"ue4", "ue5", "reallusion"}
"""Rigs whose bones, as FBX files bring them, do not lie along the limbs."""
_LIMBS = {"shoulder": 0.05, "elbow": 0.04, "hip": 0.07, "knee": 0.05}


def make_character(
    family: str, *, pose: str = "T", scale: float = 1.0, legs: float = 1.0, mesh: bool = False, turned: float = 0.0
) -> bpy.types.Object:
    """An armature object of a rig family in the scene, facing -y with its soles at z = 0.

    Args:
        family: one of `FAMILIES`. pose: one of `POSES`, as in `posed`.
        scale: of the armature object; its bones are that much smaller, so that the character is as tall as ever.
        legs: their length over that of the family's character.
        mesh: whether it gets a mesh of limbs and feet with flat soles.
        turned: degrees about z by which the object is turned.
    """
    if family in ("rigify", "rigify_metarig"):
        return _rigify(family == "rigify", pose, scale, legs, mesh, turned)
    parts, turns = posed(_parts(family), pose, legs)
    item = bpy.data.objects.new(family, bpy.data.armatures.new(family))
    bpy.context.scene.collection.objects.link(item)
    if family == "own":
        _shape_own(item, parts)
    else:
        with _editing(item):
            for part in parts:
                bone = item.data.edit_bones.new(part.name)
                bone.head, bone.tail = part.head, _tail(part, family)
                bone.roll = _roll(part.name)
                bone.parent = item.data.edit_bones.get(part.parent)
    _scale_bones(item, scale)
    return _finished(item, parts, turns, scale, mesh, turned)


def mapping_of(item: bpy.types.Object) -> RigMapping:
    """The mapping of the kind of rig that an armature most likely is."""
    bones = list(item.data.bones)
    parents = [bones.index(bone.parent) if bone.parent else -1 for bone in bones]
    return recognize([bone.name for bone in bones], parents)[0].mapping


def _parts(family: str) -> list[Part]:
    if family == "own":
        joints = joint_positions()
        return [Part(name, "", joints[name], joints[name], name) for name in JOINTS]
    from_makers = from_wheel(FROM_WHEEL[family]) if family in FROM_WHEEL else None
    return from_makers or outlined(_SAME_AS.get(family, family))


def _shape_own(item: bpy.types.Object, parts: list[Part]) -> None:
    from addon.bake.armature import shape_armature

    shape_armature(item, np.array([part.head for part in parts]), with_root=True)


def _tail(part: Part, family: str) -> np.ndarray:
    """Where the bone ends: on the limb, or across where the family's bones lie so."""
    along = part.tail - part.head
    length = np.linalg.norm(along)
    if length < 1e-3:
        return part.head + np.array([0.0, 0.0, 0.02])
    if family not in _ACROSS:
        return part.tail
    across = np.cross(along, [0.31, 0.57, 0.76])
    return part.head + across * (length / np.linalg.norm(across))


def _roll(name: str) -> float:
    """Some roll or other, the same for a name on every run."""
    return math.tau * hashlib.sha256(name.encode()).digest()[0] / 256


def _scale_bones(item: bpy.types.Object, scale: float) -> None:
    """Make the bones smaller, or larger, by as much as the object will be scaled."""
    item.data.transform(Matrix.Scale(1.0 / scale, 4))


def _rigify(generated: bool, pose: str, scale: float, legs: float, mesh: bool, turned: float) -> bpy.types.Object:
    """Rigify's human without a face, or the rig that its generator makes of it."""
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()
    item = bpy.context.object
    with _editing(item):
        bones = item.data.edit_bones
        for name in ("face", "breast.L", "breast.R"):
            for bone in (*bones[name].children_recursive, bones[name]):
                bones.remove(bone)
    mapping = mapping_of(item)
    owner = {bone: joint for joint, chain in mapping.bones.items() for bone in chain}
    parts = []
    for bone in item.data.bones:
        above = bone.parent.name if bone.parent else ""
        owner.setdefault(bone.name, owner.get(above, ""))
        parts.append(Part(bone.name, above, np.array(bone.head_local), np.array(bone.tail_local), owner[bone.name]))
    parts, turns = posed(parts, pose, legs, straight_elbows=False)
    with _editing(item):
        for part in parts:
            bone = item.data.edit_bones[part.name]
            up = turns[part.joint] @ np.array(bone.z_axis)
            bone.head, bone.tail = part.head, part.tail
            bone.align_roll(Vector(up))
    _scale_bones(item, scale)
    if generated:
        known = set(bpy.data.objects)
        bpy.ops.pose.rigify_generate()
        item = next(each for each in bpy.data.objects if each.type == "ARMATURE" and each not in known)
    return _finished(item, parts, turns, scale, mesh, turned)


def _finished(
    item: bpy.types.Object, parts: list[Part], turns: dict[str, np.ndarray], scale: float, mesh: bool, turned: float
) -> bpy.types.Object:
    if mesh:
        _add_mesh(item, parts, turns, scale)
    item.scale = (scale,) * 3
    item.rotation_euler[2] = math.radians(turned)
    bpy.context.view_layer.update()
    return item


def _add_mesh(item: bpy.types.Object, parts: list[Part], turns: dict[str, np.ndarray], scale: float) -> None:
    """A mesh of limbs and feet, each bound to one bone."""
    mapping = mapping_of(item)
    at = {part.joint: part.head for part in reversed(parts)}
    points: list[np.ndarray] = []
    groups: dict[str, list[int]] = {}
    faces: list[list[int]] = []

    def add(corners: list[np.ndarray], joint: str) -> None:
        """A box of 8 corners, the lower four first."""
        first = len(points)
        points.extend(corners)
        chain = mapping.bones.get(joint) or mapping.bones[joint.replace("_foot", "_ankle")]
        bone = mapping.deform.get(joint, chain[-1])
        groups.setdefault(bone, []).extend(range(first, first + 8))
        quads = ((3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))
        faces.extend([first + corner for corner in quad] for quad in quads)

    for side in SIDES:
        for (a, thick), b in zip(_LIMBS.items(), ("elbow", "wrist", "knee", "ankle"), strict=True):
            start, end = at[f"{side}_{a}"], at[f"{side}_{b}"]
            across = np.array([0.0, thick, 0.0])
            sideways = np.cross((end - start) / np.linalg.norm(end - start), across)
            ring = [across, sideways, -across, -sideways]
            add([start + edge for edge in ring] + [end + edge for edge in ring], f"{side}_{a}")
        ankle, turn = at[f"{side}_ankle"], turns[f"{side}_ankle"]
        ball = at.get(f"{side}_foot", ankle + turn @ [0.0, -0.12, 0.0])
        forward = turn @ [0.0, -1.0, 0.0]
        reach = float((ball - ankle) @ forward)
        for joint, back, front in ((f"{side}_ankle", -0.06, reach), (f"{side}_foot", reach, reach + 0.08)):
            low = [ankle * [1, 1, 0] + turn @ [x, -y, 0.0] for x, y in _rectangle(0.04, back, front)]
            add(low + [corner + np.array([0.0, 0.0, 0.06]) for corner in low], joint)
    data = bpy.data.meshes.new("Body")
    data.from_pydata([tuple(point / scale) for point in points], [], faces)
    body = bpy.data.objects.new("Body", data)
    bpy.context.scene.collection.objects.link(body)
    body.parent = item
    body.modifiers.new("Armature", "ARMATURE").object = item
    for name, rows in groups.items():
        body.vertex_groups.new(name=name).add(rows, 1.0, "REPLACE")


def _rectangle(half: float, back: float, front: float) -> list[tuple[float, float]]:
    return [(-half, back), (half, back), (half, front), (-half, front)]


class _editing:
    """The armature in edit mode while this lasts."""

    def __init__(self, item: bpy.types.Object) -> None:
        self.item = item

    def __enter__(self) -> None:
        bpy.context.view_layer.objects.active = self.item
        bpy.ops.object.mode_set(mode="EDIT")

    def __exit__(self, *_error: object) -> None:
        bpy.ops.object.mode_set(mode="OBJECT")
