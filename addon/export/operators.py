"""Exporting characters."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ExportHelper

from ..blender import scene_index
from ..blender.paths import file_name
from ..blender.reporting import Reporting
from ..takes import take_list
from .character import SUFFIXES, export_character


class ROMP_MOCAP_OT_export(Reporting, Operator, ExportHelper):
    """Write characters to files for other programs, one character per file"""

    bl_idname = "romp_mocap.export"
    bl_label = "Export Character"

    filename_ext = ""
    check_extension = None  # the format decides, see `run`
    filter_glob: StringProperty(default="*.fbx;*.glb;*.bvh", options={"HIDDEN"})
    format: EnumProperty(
        name="Format",
        items=(
            ("FBX", "FBX", "Body, skeleton and motion, for game engines and other 3D programs"),
            ("GLB", "glTF Binary", "Body, skeleton and motion, for engines and the web"),
            ("BVH", "BVH", "Skeleton and motion only; y up, meters"),
        ),
    )
    which: EnumProperty(
        name="Who",
        items=(
            ("ACTIVE", "Selected", "The character of the active object, or of the person selected in the list"),
            ("ALL", "All Characters", "Every character of the scene, each in its own file"),
        ),
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if next(scene_index.characters(context.scene), None) is None:
            cls.poll_message_set("There is no character in the scene")
            return False
        return True

    def run(self, context: bpy.types.Context) -> str:
        scene = context.scene
        armatures = list(scene_index.characters(scene)) if self.which == "ALL" else [_active(context)]
        target = Path(bpy.path.abspath(self.filepath))
        if target.suffix.lower() in SUFFIXES.values():
            target = target.with_suffix("")
        folder, stem = (target, "") if target.is_dir() else (target.parent, target.name)
        remarks: list[str] = []
        names: list[str] = []
        for armature in armatures:
            name = stem
            if self.which == "ALL" or not stem:
                name = f"{stem} {file_name(armature.name, 'character')}".strip()
            while name + SUFFIXES[self.format] in names:
                name += "_"  # "a/b" and "a:b" are different characters
            names.append(name + SUFFIXES[self.format])
            remarks += export_character(scene, armature, folder / names[-1], self.format)
        return " ".join([f"Exported {', '.join(names)}.", *remarks])

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "format")
        layout.prop(self, "which")


def _active(context: bpy.types.Context) -> bpy.types.Object:
    """The character that the user means. Raises TakeError."""
    from romp_core.errors import TakeError

    scene = context.scene
    armature = scene_index.character_of(context.view_layer.objects.active, scene)
    entry, person = take_list.active_take(scene), take_list.active_person(scene)
    if armature is None and entry is not None and person is not None:
        armature = scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, person.person_id)
    if armature is None:
        raise TakeError("No character is selected.", "Select one, or export all characters.")
    return armature


CLASSES = (ROMP_MOCAP_OT_export,)
