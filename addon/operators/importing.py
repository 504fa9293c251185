"""Results of other programs become takes."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import FloatProperty, StringProperty
from bpy.types import FileHandler, Operator
from bpy_extras.io_utils import ImportHelper

from romp_core.take.settings import SolveSettings

from .. import catalog, jobs, storage
from ..properties import generated
from .capture import take_arrived
from .reporting import Reporting
from .running import end_of_wait, must_wait, no_job, wait_property


class MOCAP_OT_import_results(Reporting, Operator, ImportHelper):
    """Make characters from results of simple-romp, BEV or AMASS (.npz), or from a take"""

    bl_idname = "mocap.import_results"
    bl_label = "Import Results"

    filename_ext = ".npz"
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN"})
    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})
    fps: FloatProperty(
        name="Frame Rate", description="Frame rate of the footage; 0 takes the file's own, or 30", min=0.0, max=1000.0
    )
    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.execute(context) if self.filepath else super().invoke(context, event)  # dropped, or to be picked

    def run(self, context: bpy.types.Context) -> str | set[str]:
        from romp_core.storage.take_file import is_take

        scene, path = context.scene, bpy.path.abspath(self.filepath)
        if is_take(path):
            return f"Opened the take {catalog.add_take(scene, path).name}"
        command = {
            "type": "import",
            "source": path,
            "out": str(storage.new_take_path(path)),
            "fps": self.fps,
            "solve": generated.values(SolveSettings, scene.mocap.solve),
        }
        uid = scene.session_uid
        title = f"Import {Path(path).name}"
        return end_of_wait(self, jobs.start(title, command, lambda end: take_arrived(end, uid), must_wait(self.wait)))


class MOCAP_FH_results(FileHandler):
    bl_idname = "MOCAP_FH_results"
    bl_label = "Motion capture results"
    bl_import_operator = MOCAP_OT_import_results.bl_idname
    bl_file_extensions = ".npz"

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


classes = (MOCAP_OT_import_results, MOCAP_FH_results)
