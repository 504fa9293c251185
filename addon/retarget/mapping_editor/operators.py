"""Detecting, mirroring, saving and loading the mapping of a rig."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ...blender.reporting import Reporting
from ..mappings import best_match
from ..targets import chosen_target
from . import properties


class _OfRig(Reporting):
    """Works on the armature that the panel shows, or a named one."""

    target: StringProperty(name="Target", description="Name of the armature. Empty: the one in the panel")

    def rig(self: Any, context: bpy.types.Context) -> bpy.types.Object:
        from romp_core.errors import RetargetError

        item = bpy.data.objects.get(self.target) if self.target else chosen_target(context)
        if item is None or item.type != "ARMATURE":
            raise RetargetError("No armature is chosen as target.", "Choose the armature of your character.")
        return item

    def shown(self: Any, context: bpy.types.Context) -> tuple[bpy.types.Object, properties.ROMP_MOCAP_PG_rig_mapping]:
        from romp_core.errors import RetargetError

        item = self.rig(context)
        entry = properties.find(context.scene, item)
        if entry is None:
            raise RetargetError(f'The mapping of "{item.name}" is not shown yet.', "Use Detect, or Load.")
        return item, entry


class ROMP_MOCAP_OT_detect_bones(_OfRig, Operator):
    """Find out from its bones which kind of rig the target is, and show its bones for changes"""

    bl_idname = "romp_mocap.detect_bones"
    bl_label = "Detect"
    bl_options = {"UNDO"}

    def run(self, context: bpy.types.Context) -> str:
        from romp_core.retarget.mapping import RigMapping
        from romp_core.retarget.mapping_file import spoken

        item = self.rig(context)
        match = best_match(item)
        if match is None:
            properties.show(context.scene, item, RigMapping({}), "Not recognized")
            return f'The skeleton of "{item.name}" was not recognized. Choose its bones.'
        kind = f"{match.label}, {match.confidence:.0%}"
        properties.show(context.scene, item, match.mapping, kind)
        missing = ", ".join(map(spoken, match.mapping.missing))
        return f"{kind}." + (f" Choose the bones that are missing: {missing}." if missing else "")


class ROMP_MOCAP_OT_mirror_mapping(_OfRig, Operator):
    """Fill in the bones of one side from the names of those on the other side"""

    bl_idname = "romp_mocap.mirror_mapping"
    bl_label = "Mirror"
    bl_options = {"UNDO"}

    def run(self, context: bpy.types.Context) -> str:
        from romp_core.retarget.mirroring import mirrored

        item, entry = self.shown(context)
        before = properties.shown_mapping(entry)
        after = mirrored(before, {bone.name for bone in item.data.bones})
        properties.show(context.scene, item, after, entry.kind)
        count = len(after.bones) - len(before.bones)
        return f"{count} joint{'s' * (count != 1)} filled in." if count else "There is nothing to fill in."


class ROMP_MOCAP_OT_load_mapping(_OfRig, Operator, ImportHelper):
    """Use a mapping that was saved to a file"""

    bl_idname = "romp_mocap.load_mapping"
    bl_label = "Load"
    bl_options = {"UNDO"}

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def run(self, context: bpy.types.Context) -> None:
        from romp_core.retarget.mapping_file import load_mapping

        item = self.rig(context)
        mapping = load_mapping(self.filepath, {bone.name for bone in item.data.bones})
        properties.show(context.scene, item, mapping, Path(self.filepath).name)


class ROMP_MOCAP_OT_save_mapping(_OfRig, Operator, ExportHelper):
    """Save the mapping to a file, for other scenes and other rigs of this kind"""

    bl_idname = "romp_mocap.save_mapping"
    bl_label = "Save"

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def run(self, context: bpy.types.Context) -> str:
        from romp_core.retarget.mapping_file import save_mapping

        _, entry = self.shown(context)
        save_mapping(self.filepath, properties.shown_mapping(entry))
        return f"Saved {Path(self.filepath).name}."


class ROMP_MOCAP_OT_forget_mapping(_OfRig, Operator):
    """Forget all changes, and detect the bones anew for each retargeting"""

    bl_idname = "romp_mocap.forget_mapping"
    bl_label = "Forget"
    bl_options = {"UNDO"}

    def run(self, context: bpy.types.Context) -> None:
        properties.forget(context.scene, self.rig(context))


CLASSES = (
    ROMP_MOCAP_OT_detect_bones,
    ROMP_MOCAP_OT_mirror_mapping,
    ROMP_MOCAP_OT_load_mapping,
    ROMP_MOCAP_OT_save_mapping,
    ROMP_MOCAP_OT_forget_mapping,
)
