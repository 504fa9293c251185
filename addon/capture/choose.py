"""Choosing the footage of the next capture: in the file browser, or the sample of the extension."""

from __future__ import annotations

import shutil
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import Operator

from ..blender.paths import RELATIVE
from ..blender.reporting import Reporting
from ..preferences import folders

_ADDON = Path(__file__).parents[1]
_SAMPLE_FILES = _ADDON / "sample.mp4", _ADDON.parent / "tests" / "data" / "demo.mp4"
"""In the extension; in a checkout of the project, which is where the build takes it from."""
_SAMPLES = "samples"


class ROMP_MOCAP_OT_choose_footage(Reporting, Operator):
    """Choose the video, image or folder of images to capture from"""

    bl_idname = "romp_mocap.choose_footage"
    bl_label = "Choose Footage"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="Footage", subtype="FILE_PATH", options={"SKIP_SAVE", *RELATIVE})
    filter_movie: BoolProperty(default=True, options={"HIDDEN"})
    filter_image: BoolProperty(default=True, options={"HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = context.scene.romp_mocap.source
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def run(self, context: bpy.types.Context) -> None:
        context.scene.romp_mocap.source = self.filepath


class ROMP_MOCAP_OT_clear_footage(Operator):
    """Choose no footage; the file stays where it is"""

    bl_idname = "romp_mocap.clear_footage"
    bl_label = "Clear Footage"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.scene.romp_mocap.source = ""
        return {"FINISHED"}


class ROMP_MOCAP_OT_try_sample(Reporting, Operator):
    """Capture four seconds of somebody walking, to see what the extension does. The clip comes with it"""

    bl_idname = "romp_mocap.try_sample"
    bl_label = "Try It on a Sample"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(bpy.ops.romp_mocap.capture.poll())

    def run(self, context: bpy.types.Context) -> set[str]:
        context.scene.romp_mocap.source = str(sample())
        return bpy.ops.romp_mocap.capture("INVOKE_DEFAULT")


def sample() -> Path:
    """The sample, in Blender's folder for user data: the extension's own one is deleted with each update.

    Raises:
        romp_core.errors.FootageError: it is not there, or cannot be copied.
    """
    from romp_core.errors import FootageError

    source = next((path for path in _SAMPLE_FILES if path.is_file()), None)
    if source is None:
        raise FootageError("This copy of the extension has no sample.", "Choose a video of your own.")
    target = folders.user_folder(_SAMPLES) / "sample.mp4"
    try:
        if not target.is_file() or target.stat().st_size != source.stat().st_size:
            shutil.copyfile(source, target)
    except OSError as error:
        raise FootageError(f'The sample could not be copied to "{target}" ({error.strerror}).') from error
    return target


CLASSES = (ROMP_MOCAP_OT_choose_footage, ROMP_MOCAP_OT_clear_footage, ROMP_MOCAP_OT_try_sample)
