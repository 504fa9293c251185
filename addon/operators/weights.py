"""The models' files: downloading, choosing, trying out, and the pages where others are to be had."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ImportHelper

from .. import jobs, model_files, online, storage
from ..panels.base import wrapped
from .reporting import Reporting
from .running import end_of_wait, must_wait, no_job, wait_property

_DIALOG_WIDTH = 480


def key_property() -> Any:
    """Operator property: which file of the catalog."""
    return StringProperty(name="File", description="Name of the file in the catalog", options={"HIDDEN", "SKIP_SAVE"})


class MOCAP_OT_download_file(Reporting, Operator):
    """Download this file from its official address, once its license is accepted"""

    bl_idname = "mocap.download_file"
    bl_label = "Download"

    key: key_property()
    accept_license: BoolProperty(
        name="Accept License", description="The license was read and is accepted", options={"SKIP_SAVE"}
    )
    address: StringProperty(
        name="Address", description="Another address where the same file lies", options={"HIDDEN", "SKIP_SAVE"}
    )
    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not online.allowed():
            cls.poll_message_set(online.advice())
            return False
        return no_job(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.accept_license = True  # the dialog's button says so
        title = f"Download {_file(self.key).file_names[0]}"
        return context.window_manager.invoke_props_dialog(
            self, width=_DIALOG_WIDTH, title=title, confirm_text="Accept and Download"
        )

    def draw(self, context: bpy.types.Context) -> None:
        file = _file(self.key)
        for text in (
            f"{file.title}{size_text(file)}, from {urlsplit(self.address or file.url).hostname}",
            f"Into {storage.weights_folder()}",
            f"{file.license}.",
            "By downloading you accept this license.",
        ):
            wrapped(self.layout, text, _DIALOG_WIDTH * 1.15)  # it has no icons and no scroll bar

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import ModelError

        file = _file(self.key)
        if not self.accept_license:
            raise ModelError("Nothing was downloaded: the license is not accepted.", f"{file.license}.")
        command = {
            "type": "download",
            "keys": [self.key],
            "address": self.address,
            "weights": str(storage.weights_folder()),
        }
        title = f"Download {file.file_names[0]}"
        return end_of_wait(self, jobs.start(title, command, _downloaded, must_wait(self.wait)))


def _downloaded(outcome: jobs.Outcome) -> str:
    model_files.forget()
    return "What was loaded is kept: the next download goes on there." if outcome.kind == "cancelled" else ""


class MOCAP_OT_choose_file(Reporting, Operator, ImportHelper):
    """Use a file of yours, wherever it lies; it is tried out"""

    bl_idname = "mocap.choose_file"
    bl_label = "Choose File"

    key: key_property()
    filter_glob: StringProperty(default="*.pkl;*.pth;*.pt;*.onnx;*.npz;*.npy;*.zip", options={"HIDDEN"})

    def run(self, context: bpy.types.Context) -> set[str]:
        storage.weight_store().choose(self.key, bpy.path.abspath(self.filepath))
        model_files.forget()
        path = model_files.state(self.key).path
        if bpy.app.background or path.is_dir() or jobs.current() is not None:
            return {"FINISHED"}
        return end_of_wait(self, _start_trying(self.key, str(path), wait=False))


class MOCAP_OT_forget_file(Reporting, Operator):
    """Use the file in the model folder again, if there is one; the chosen file stays where it is"""

    bl_idname = "mocap.forget_file"
    bl_label = "Do Not Use Chosen File"

    key: key_property()

    def run(self, context: bpy.types.Context) -> None:
        storage.weight_store().choose(self.key, None)
        model_files.forget()


class MOCAP_OT_try_file(Reporting, Operator):
    """Compare the file with the published one, check what is in it, and run it on a few pictures"""

    bl_idname = "mocap.try_file"
    bl_label = "Check File"

    key: key_property()
    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import ModelError

        state = model_files.state(self.key)
        if state.path is None:
            raise ModelError(state.problem, "Choose the file.")
        return end_of_wait(self, _start_trying(self.key, str(state.path), must_wait(self.wait)))


def _start_trying(key: str, path: str, wait: bool) -> jobs.Outcome | None:
    command = {"type": "verify", "name": key, "file": path, "weights": str(storage.weights_folder())}
    return jobs.start(f"Check {_file(key).file_names[0]}", command, lambda outcome: "", wait)


class MOCAP_OT_open_page(Operator):
    """Open the web page where this file is to be had, in your browser"""

    bl_idname = "mocap.open_page"
    bl_label = "Open Web Page"

    key: key_property()

    def execute(self, context: bpy.types.Context) -> set[str]:
        return bpy.ops.wm.url_open(url=_file(self.key).page)


class MOCAP_OT_online_settings(Operator):
    """Open Blender's preferences where online access is allowed"""

    bl_idname = "mocap.online_settings"
    bl_label = "Open Preferences"

    def execute(self, context: bpy.types.Context) -> set[str]:
        return bpy.ops.screen.userpref_show("INVOKE_DEFAULT", section="SYSTEM")


def size_text(file: Any) -> str:
    """The size in brackets, where it is known."""
    return f" ({file.size / 1e6:.0f} MB)" if file.size else ""


def _file(key: str) -> Any:
    from romp_core.weights.catalog import weight_file

    return weight_file(key)


classes = (
    MOCAP_OT_download_file,
    MOCAP_OT_choose_file,
    MOCAP_OT_forget_file,
    MOCAP_OT_try_file,
    MOCAP_OT_open_page,
    MOCAP_OT_online_settings,
)
