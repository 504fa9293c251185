"""Mappings that are shown in the panel: one for each rig, kept in the scene, so that the rig itself stays as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import CollectionProperty, PointerProperty, StringProperty
from bpy.types import PropertyGroup

if TYPE_CHECKING:
    from romp_core.retarget.mapping import RigMapping


def _bone_chosen(joint: Any, _context: bpy.types.Context) -> None:
    joint.more = ""


class ROMP_MOCAP_PG_mapped_joint(PropertyGroup):
    """A joint, called `name`, and its bone."""

    bone: StringProperty(name="Bone", description="Bone that starts at this joint", update=_bone_chosen)
    more: StringProperty()  # further bones that share the joint's rotation, as JSON

    def chain(self) -> tuple[str, ...]:
        """All bones of the joint, parent first."""
        return (self.bone, *json.loads(self.more or "[]")) if self.bone else ()


class ROMP_MOCAP_PG_rig_mapping(PropertyGroup):
    """The mapping of a rig."""

    rig: PointerProperty(type=bpy.types.Object)
    kind: StringProperty()  # of rig, for the user
    joints: CollectionProperty(type=ROMP_MOCAP_PG_mapped_joint)
    root: StringProperty(name="Root", description="Bone at the floor that carries root motion; it may be empty")
    other: StringProperty()  # what a mapping has besides bones, such as IK controls, as JSON


CLASSES = (ROMP_MOCAP_PG_mapped_joint, ROMP_MOCAP_PG_rig_mapping)


def find(scene: bpy.types.Scene, item: bpy.types.Object) -> ROMP_MOCAP_PG_rig_mapping | None:
    """What the user sees as the mapping of an armature, None if it is detected anew each time."""
    return next((entry for entry in scene.romp_mocap.retarget.mappings if entry.rig == item), None)


def show(scene: bpy.types.Scene, item: bpy.types.Object, mapping: RigMapping, kind: str) -> None:
    """Let the panel show a mapping for an armature, and retargeting use it."""
    from romp_core.retarget.mapping import TARGET_JOINTS
    from romp_core.retarget.mapping_file import mapping_text

    entry = find(scene, item)
    if entry is None:
        forget(scene, None)
        entry = scene.romp_mocap.retarget.mappings.add()
        entry.rig = item
    entry.kind, entry.root = kind, mapping.root
    entry.other = mapping_text(replace(mapping, bones={}, root=""))
    entry.joints.clear()
    for joint in TARGET_JOINTS:
        row = entry.joints.add()
        row.name = joint
        first, *more = mapping.bones.get(joint, ()) or ("",)
        row.bone = first
        row.more = json.dumps(more) if more else ""


def forget(scene: bpy.types.Scene, item: bpy.types.Object | None) -> None:
    """Detect the bones of an armature anew from now on; of None: of armatures that are deleted."""
    mappings = scene.romp_mocap.retarget.mappings
    for index in reversed(range(len(mappings))):
        if mappings[index].rig == item:
            mappings.remove(index)


def shown_mapping(entry: ROMP_MOCAP_PG_rig_mapping) -> RigMapping:
    """The mapping that the panel shows."""
    from romp_core.retarget.mapping_file import parse_mapping

    bones = {row.name: row.chain() for row in entry.joints if row.bone}
    return replace(parse_mapping(entry.other, "Mapping"), bones=bones, root=entry.root)
