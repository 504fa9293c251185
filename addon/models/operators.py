"""The models' files: downloading, choosing and checking them, and the web pages that offer the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ImportHelper

from ..blender.layout import wrapped
from ..blender.reporting import Reporting
from ..preferences import disk_usage, folders
from ..worker import jobs
from ..worker.launch import end_of_wait, must_wait, no_job, wait_property
from ..worker.outcome import Outcome
from . import files, online

if TYPE_CHECKING:
    from romp_core.weights.file import WeightFile

_DIALOG_WIDTH = 480


def key_property() -> Any:
    """Operator property: which file of the catalog."""
    return StringProperty(name="File", description="Name of the file in the catalog", options={"HIDDEN", "SKIP_SAVE"})


class ROMP_MOCAP_OT_download_file(Reporting, Operator):
    """Download this file from its official address, after you accept its license"""

    bl_idname = "romp_mocap.download_file"
    bl_label = "Download"

    key: StringProperty(
        name="File", description="Names of files in the catalog, with spaces between", options={"HIDDEN", "SKIP_SAVE"}
    )
    accept_license: BoolProperty(
        name="Accept License", description="I have read and accept the license", options={"SKIP_SAVE"}
    )
    address: StringProperty(
        name="Address", description="Another address of the same file", options={"HIDDEN", "SKIP_SAVE"}
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
        title = _title(self.key.split())
        return context.window_manager.invoke_props_dialog(
            self, width=_DIALOG_WIDTH, title=title, confirm_text="Accept and Download"
        )

    def draw(self, context: bpy.types.Context) -> None:
        listed = [_file(key) for key in self.key.split()]
        hosts = [urlsplit(self.address or each.url).hostname for each in listed]
        lines = [f"{each.title}{_size_text(each)}, from {host}" for each, host in zip(listed, hosts, strict=True)]
        lines.append(f"To {folders.weights_folder()}")
        lines += dict.fromkeys(f"{each.license}." for each in listed)
        lines.append(f"By downloading you accept {'this license' if len(listed) == 1 else 'these licenses'}.")
        for text in lines:
            wrapped(self.layout, text, _DIALOG_WIDTH * 1.15)  # it has no icons and no scroll bar

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import ModelError
        from romp_core.worker.commands import Download

        keys = tuple(self.key.split())
        if not self.accept_license:
            licenses = " ".join(dict.fromkeys(f"{_file(key).license}." for key in keys))
            raise ModelError("Nothing was downloaded: the license was not accepted.", licenses)
        command = Download(keys, str(folders.weights_folder()), self.address)
        return end_of_wait(self, jobs.start(_title(keys), command, _downloaded, must_wait(self.wait)))


def _title(keys: Sequence[str]) -> str:
    """Of a download of these files of the catalog."""
    return f"Download {_file(keys[0]).file_names[0] if len(keys) == 1 else f'{len(keys)} files'}"


def _downloaded(outcome: Outcome) -> str:
    files.forget()
    return "Partial download kept; it will resume." if outcome.kind == "cancelled" else ""


class ROMP_MOCAP_OT_choose_file(Reporting, Operator, ImportHelper):
    """Use a file from your disk. It is checked, and stays where it is"""

    bl_idname = "romp_mocap.choose_file"
    bl_label = "Choose File"

    key: key_property()
    filter_glob: StringProperty(default="*.pkl;*.pth;*.pt;*.ckpt;*.onnx;*.npz;*.npy;*.zip", options={"HIDDEN"})

    def run(self, context: bpy.types.Context) -> set[str]:
        folders.weight_store().choose(self.key, bpy.path.abspath(self.filepath))
        _files_changed()
        path = files.state(self.key).path
        if bpy.app.background or path is None or path.is_dir() or jobs.current() is not None:
            return {"FINISHED"}
        return end_of_wait(self, _start_check(self.key, str(path), wait=False))


class ROMP_MOCAP_OT_forget_file(Reporting, Operator):
    """Use the file in the model folder again, if there is one; the chosen file stays where it is"""

    bl_idname = "romp_mocap.forget_file"
    bl_label = "Use Default File"

    key: key_property()

    def run(self, context: bpy.types.Context) -> None:
        folders.weight_store().choose(self.key, None)
        _files_changed()


class ROMP_MOCAP_OT_check_file(Reporting, Operator):
    """Compare the file with the published one, check its content, and run it on a few frames"""

    bl_idname = "romp_mocap.check_file"
    bl_label = "Check File"

    key: key_property()
    wait: wait_property()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import ModelError

        state = files.state(self.key)
        if state.path is None:
            raise ModelError(state.problem, "Choose the file.")
        return end_of_wait(self, _start_check(self.key, str(state.path), must_wait(self.wait)))


def _start_check(key: str, path: str, wait: bool) -> Outcome | None:
    from romp_core.worker.commands import Verify

    command = Verify(key, path, str(folders.weights_folder()))
    return jobs.start(f"Check {_file(key).file_names[0]}", command, lambda outcome: "", wait)


class ROMP_MOCAP_OT_open_page(Operator):
    """Open the web page that offers this file in your browser"""

    bl_idname = "romp_mocap.open_page"
    bl_label = "Open Web Page"

    key: key_property()

    def execute(self, context: bpy.types.Context) -> set[str]:
        return bpy.ops.wm.url_open(url=_file(self.key).page)


class ROMP_MOCAP_OT_online_settings(Operator):
    """Open Blender's preferences for online access"""

    bl_idname = "romp_mocap.online_settings"
    bl_label = "Open Preferences"

    def execute(self, context: bpy.types.Context) -> set[str]:
        return bpy.ops.screen.userpref_show("INVOKE_DEFAULT", section="SYSTEM")


def _size_text(file: WeightFile) -> str:
    """The size in parentheses, where it is known."""
    return f" ({file.size / 1e6:.0f} MB)" if file.size else ""


def _files_changed() -> None:
    files.forget()
    disk_usage.forget()


def _file(key: str) -> WeightFile:
    from romp_core.models.registry import weight_files

    return weight_files()[key]


CLASSES = (
    ROMP_MOCAP_OT_download_file,
    ROMP_MOCAP_OT_choose_file,
    ROMP_MOCAP_OT_forget_file,
    ROMP_MOCAP_OT_check_file,
    ROMP_MOCAP_OT_open_page,
    ROMP_MOCAP_OT_online_settings,
)
