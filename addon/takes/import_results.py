"""Results of other programs become takes."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty
from bpy.types import FileHandler, Operator
from bpy_extras.io_utils import ImportHelper

from romp_core.take.settings import SolveSettings, flat

from ..blender import settings_properties
from ..blender.paths import RELATIVE, find_file, printable
from ..blender.reporting import Reporting
from ..capture.operators import take_arrived
from ..documents import locations
from ..worker import jobs
from ..worker.launch import end_of_wait, must_wait, no_job, wait_property
from . import take_list

SUFFIXES = (".npz", ".npy", ".pkl", ".pickle", ".pt", ".pth", ".json")
"""As in `romp_core.formats`, which is not loaded to draw a menu; a test compares them."""


class ROMP_MOCAP_OT_import_results(Reporting, Operator, ImportHelper):
    """Make characters from results of other tools such as ROMP, BEV, TRACE, WHAM, GVHMR or AMASS, or from a take"""

    bl_idname = "romp_mocap.import_results"
    bl_label = "Import Results"

    filename_ext = ".npz"
    filter_glob: StringProperty(default=";".join(f"*{suffix}" for suffix in SUFFIXES), options={"HIDDEN"})
    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE", *RELATIVE})
    fps: FloatProperty(
        name="Frame Rate",
        description="Frame rate of the footage. 0 uses the file's own or that of the footage beside it, or 30",
        min=0.0,
        max=1000.0,
    )
    up: EnumProperty(
        name="Up Axis",
        description="Axis that points up in the file, for motions that are in a world",
        items=(
            ("auto", "Auto", "Find it by how people stand through the clip"),
            ("z", "Z", "Z is up, as in Blender"),
            ("y", "Y", "Y is up, and is turned to Z"),
        ),
    )
    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.execute(context) if self.filepath else super().invoke(context, event)  # dropped, or to be picked

    def run(self, context: bpy.types.Context) -> str | set[str]:
        from romp_core.storage.take_file import is_take
        from romp_core.worker.commands import ImportResults

        scene, path = context.scene, find_file(self.filepath)
        if is_take(path):
            return f"Opened the take {take_list.add_take(scene, path).name}"
        out, remark = locations.new_take(path)
        command = ImportResults(path, out, _given(scene.romp_mocap.solve), self.fps, self.up)
        uid = scene.session_uid
        title = f"Import {printable(Path(path).name)}"
        outcome = jobs.start(title, command, lambda end: take_arrived(end, uid, remark), must_wait(self.wait))
        return end_of_wait(self, outcome)


def _given(owner: bpy.types.PropertyGroup) -> dict[str, object]:
    """Solve settings of the panel that differ from the defaults: what the user asks for."""
    defaults = flat(SolveSettings())
    values = settings_properties.values(SolveSettings, owner)
    return {name: value for name, value in values.items() if not _same(value, defaults[name])}


def _same(value: object, default: object) -> bool:
    """Floats of properties have single precision."""
    if isinstance(value, float) and isinstance(default, float):
        return math.isclose(value, default, rel_tol=1e-6)
    return value == default


class ROMP_MOCAP_FH_results(FileHandler):
    bl_idname = "ROMP_MOCAP_FH_results"
    bl_label = "Motion Capture Results"
    bl_import_operator = ROMP_MOCAP_OT_import_results.bl_idname
    bl_file_extensions = ";".join(SUFFIXES)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


CLASSES = (ROMP_MOCAP_OT_import_results, ROMP_MOCAP_FH_results)
