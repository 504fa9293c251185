"""Which bone is which joint, in the sidebar."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Panel

from ...blender.layout import SidebarPanel, faint, property_column
from ..targets import chosen_target
from . import properties

_DETECTED = "The bones are detected. Use Detect to see and change them."


class ROMP_MOCAP_PT_mapping(SidebarPanel, Panel):
    bl_label = "Mapping"
    bl_parent_id = "ROMP_MOCAP_PT_retarget"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, target = self.layout, chosen_target(context)
        if target is None:
            faint(layout, "Choose a target first.", context.region.width)
            return
        entry = properties.find(context.scene, target)
        row = layout.row(align=True)
        row.operator("romp_mocap.detect_bones", icon="VIEWZOOM")
        row.operator("romp_mocap.load_mapping", icon="FILE_FOLDER")
        if entry is None:
            faint(layout, _DETECTED, context.region.width)
            return
        row.operator("romp_mocap.save_mapping", icon="FILE_TICK")
        row.operator("romp_mocap.forget_mapping", text="", icon="X")
        layout.label(text=entry.kind, icon="ARMATURE_DATA")
        _draw_joints(layout, target.data, entry)


def _draw_joints(layout: Any, armature: bpy.types.Armature, entry: Any) -> None:
    from romp_core.geometry.fingers import FINGERS
    from romp_core.retarget.mapping import REQUIRED
    from romp_core.retarget.mapping_file import spoken

    groups: dict[str, list[Any]] = {"Middle": [], "Left": [], "Right": [], "Left Fingers": [], "Right Fingers": []}
    for joint in entry.joints:
        side = joint.name.split("_")[0].title() if "_" in joint.name else "Middle"
        groups[f"{side} Fingers" if joint.name in FINGERS else side].append(joint)
    for title, joints in groups.items():
        header, body = layout.panel(f"romp_mocap_mapping_{title}", default_closed="Fingers" in title)
        header.label(text=title)
        if title == "Left":
            header.operator("romp_mocap.mirror_mapping", icon="MOD_MIRROR")
        if body is None:
            continue
        column = property_column(body)
        if title == "Middle":
            column.prop_search(entry, "root", armature, "bones", text="Root")
        for joint in joints:
            row = column.row(align=True)
            row.alert = joint.bone not in armature.bones if joint.bone else joint.name in REQUIRED
            row.prop_search(joint, "bone", armature, "bones", text=spoken(joint.name).title())
            if more := len(joint.chain()) - 1:
                row.label(text=f"+ {more}" if more > 0 else "")


CLASSES = (ROMP_MOCAP_PT_mapping,)
