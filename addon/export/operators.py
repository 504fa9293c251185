"""Exporting characters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ExportHelper

from ..blender import report, scene_index
from ..blender.layout import wrapped
from ..blender.reporting import Reporting
from . import targets, verification
from .character import export_characters
from .presets import FORMATS, PRESETS
from .verdict import Verdict, combined

SECTION = "export"
"""Of the report on actions and scenes."""
_ONE_FILE = ("FBX", "GLB", "USD")


class ROMP_MOCAP_OT_export(Reporting, Operator, ExportHelper):
    """Write characters to files for other programs, and read the files again to verify them"""

    bl_idname = "romp_mocap.export"
    bl_label = "Export Character"

    filename_ext = ""
    filepath: StringProperty(subtype="FILE_PATH")
    filter_glob: StringProperty(default=";".join(f"*{suffix}" for _, suffix, _ in FORMATS.values()), options={"HIDDEN"})
    preset: EnumProperty(
        name="Preset",
        description="The program that the file is for",
        items=[(key, preset.label, preset.description) for key, preset in PRESETS.items()],
    )
    format: EnumProperty(
        name="Format", items=[(key, label, description) for key, (label, _, description) in FORMATS.items()]
    )
    which: EnumProperty(
        name="Who",
        items=(
            (targets.ACTIVE, "Active", "The character of the active object, or of the person selected in the list"),
            (targets.SELECTED, "Selected", "All selected armatures, also rigs of your own"),
            (targets.CHARACTERS, "Characters", "Every character that was made from a take"),
            (targets.ALL, "All", "Every character, and every other armature that is animated"),
        ),
    )
    one_file: BoolProperty(
        name="One File", description="Write all of them to one file, with a clip for each, instead of a file for each"
    )
    verify: BoolProperty(
        name="Verify",
        description="Read the files again in the background and compare every bone on every frame",
        default=True,
    )
    overwrite: BoolProperty(
        name="Overwrite",
        description="Replace files of the same name, also those of characters whose names are added",
        options={"SKIP_SAVE"},
    )
    asked: BoolProperty(options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not any(item.type == "ARMATURE" for item in context.scene.objects):
            cls.poll_message_set("There is no character in the scene")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.asked = True
        self.filepath = targets.suggested(context, self.which, self.filepath)
        return ExportHelper.invoke(self, context, event)

    def check(self, context: bpy.types.Context) -> bool:
        """Show the name that is written, so that the file browser warns of one that exists."""
        path = Path(str(self.filepath))
        suffixes = {suffix for _, suffix, _ in FORMATS.values()}
        stem = path.with_suffix("") if path.suffix in suffixes else path
        shown = f"{stem}{FORMATS[self._format()][1]}" if stem.name else self.filepath
        if shown == self.filepath:
            return False
        self.filepath = shown
        return True

    def run(self, context: bpy.types.Context) -> str:
        format, scene = self._format(), context.scene
        together = self.one_file and format in _ONE_FILE and not PRESETS[self.preset].object_name
        armatures = targets.targets(context, self.which)
        files = targets.files_of(armatures, self.filepath, format, self.which, together)
        self._require_unused([path for path, _ in files])
        actions = [[_action_uid(armature) for armature in who] for _, who in files]
        _forget(scene, actions)
        written = [export_characters(scene, who, path, format, self.preset) for path, who in files]
        done = f"Exported {', '.join(file.path.name for file in written)}."
        remarks = list(dict.fromkeys(remark for file in written for remark in file.remarks))
        if self.verify:
            verdicts: list[Verdict] = []

            def then(found: Sequence[Verdict]) -> None:
                verdicts.extend(found)
                _keep(scene_uid, actions, found)

            scene_uid = scene.session_uid
            verification.start(written, then, wait=bpy.app.background or not self.asked)
            remarks += [verdict.text for verdict in verdicts]
            if any(not verdict.ok for verdict in verdicts):
                self.report({"WARNING"}, " ".join([done, *remarks]))
                return ""
        return " ".join([done, *remarks])

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "preset")
        wrapped(layout, PRESETS[self.preset].description, context.region.width - 20)
        if len(PRESETS[self.preset].formats) > 1:
            layout.prop(self, "format")
        layout.prop(self, "which")
        layout.prop(self, "one_file")
        layout.prop(self, "verify")
        layout.prop(self, "overwrite")

    def _format(self) -> str:
        """The format; that of the preset where none is asked for. Raises SettingsError when they do not fit."""
        from romp_core.errors import SettingsError

        preset = PRESETS[self.preset]
        if self.format in preset.formats:
            return str(self.format)
        if self.asked or not self.properties.is_property_set("format"):
            return preset.formats[0]
        raise SettingsError(
            f"The preset {preset.label} writes {' or '.join(preset.formats)}, not {self.format}.",
            "Choose another preset or format.",
        )

    def _require_unused(self, paths: Sequence[Path]) -> None:
        """Raise TakeError rather than overwrite a file that the user was not asked about."""
        from romp_core.errors import TakeError

        browsed = Path(bpy.path.abspath(self.filepath)) if self.asked else None
        taken = [path.name for path in paths if path.exists() and path != browsed]
        if taken and not self.overwrite:
            raise TakeError(
                f"There is already a file {', '.join(taken)}.", "Choose another name, or turn on Overwrite."
            )


def _action_uid(armature: bpy.types.Object) -> int:
    """Of the action that moves an armature, -1 for none."""
    animation = armature.animation_data
    return animation.action.session_uid if animation is not None and animation.action is not None else -1


def _forget(scene: bpy.types.Scene, actions: Sequence[Sequence[int]]) -> None:
    """Remove reports of earlier files."""
    report.remove(scene, SECTION)
    for action in bpy.data.actions:
        if any(action.session_uid in uids for uids in actions):
            report.remove(action, SECTION)


def _keep(scene_uid: int, actions: Sequence[Sequence[int]], verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts into the reports of the scene and of the actions, as far as they are still there."""
    for uids, verdict in zip(actions, verdicts, strict=True):
        for action in bpy.data.actions:
            if action.session_uid in uids:
                report.update(action, SECTION, verdict.report())
    scene = scene_index.scene_of(scene_uid)
    if scene is not None:
        report.update(scene, SECTION, combined(verdicts))


CLASSES = (ROMP_MOCAP_OT_export,)
