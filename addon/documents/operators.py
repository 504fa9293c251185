"""Deleting takes that wait in Blender's folder for user data."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import bpy
from bpy.props import BoolProperty
from bpy.types import Operator

from ..blender.paths import find_file, printable, same_file
from ..blender.reporting import Reporting
from ..preferences import disk_usage, folders
from ..worker.launch import no_job
from . import uses

_MOST_LINES = 15
_THIS_FILE = "this file"


class ROMP_MOCAP_OT_delete_takes(Reporting, Operator):
    """Delete takes of files that were never saved; takes that a .blend uses are kept unless you say otherwise"""

    bl_idname = "romp_mocap.delete_takes"
    bl_label = "Delete Takes"

    used_too: BoolProperty(
        name="Also Delete Takes in Use",
        description="Delete takes that are listed above with a .blend, too; their characters cannot be solved again",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return no_job(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=500)

    def draw(self, context: bpy.types.Context) -> None:
        takes = deletable()
        if not takes:
            self.layout.label(text="There are no takes to delete")
        for take, users in list(takes.items())[:_MOST_LINES]:
            name = printable(os.path.basename(take))
            used = f"used by {', '.join(users)}: " if users else ""
            self.layout.label(text=f"{used}{name}", icon="ERROR" if users else "TRASH")
        if len(takes) > _MOST_LINES:
            self.layout.label(text=f"and {len(takes) - _MOST_LINES} more")
        if any(takes.values()):
            self.layout.prop(self, "used_too")

    def run(self, context: bpy.types.Context) -> str:
        takes = deletable()
        chosen = [take for take, users in takes.items() if self.used_too or not users]
        for take in chosen:
            with suppress(OSError):  # another program has it open
                os.unlink(take)
        disk_usage.forget()
        deleted = sum(not os.path.exists(take) for take in chosen)
        kept = sorted({user for take, users in takes.items() if os.path.exists(take) for user in users})
        remark = f" Takes used by {', '.join(kept)} were kept." if kept else ""
        return f"Takes deleted: {deleted}.{remark}"


def deletable() -> dict[str, list[str]]:
    """The takes in Blender's folder for user data that nobody captures into, with the .blend files that use each."""
    from romp_core.errors import TakeInUse
    from romp_core.storage.journal import check_not_captured

    found: dict[str, list[str]] = {}
    for file in sorted(folders.user_folder(folders.TAKES).glob("*.npz")):
        with suppress(TakeInUse):
            check_not_captured(file)
            users: list[Any] = [os.path.basename(blend) for blend in uses.users_of(str(file), bpy.data.filepath)]
            found[str(file)] = users + [_THIS_FILE] * _is_listed(str(file))
    return found


def _is_listed(take: str) -> bool:
    entries = [entry for scene in bpy.data.scenes for entry in scene.romp_mocap.takes]
    return any(find_file(entry.path) == take or same_file(find_file(entry.path), take) for entry in entries)


CLASSES = (ROMP_MOCAP_OT_delete_takes,)
