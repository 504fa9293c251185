"""Telling a listed take where its file or its footage is now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ImportHelper

from ..bake.footage import show_footage
from ..blender import scene_index
from ..blender.paths import RELATIVE, find_file, last_name
from ..blender.reporting import Reporting
from ..blender.timing import scene_fps, timing_of
from ..documents import status
from ..documents.fingerprint import fingerprint
from . import solve_state, take_list
from .needs_take import NeedsTake

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo

    from .properties import ROMP_MOCAP_PG_take

_SAME_SECONDS = 0.2


class _Relinking(NeedsTake):
    bl_options = {"REGISTER", "UNDO"}


class ROMP_MOCAP_OT_find_take(_Relinking, Reporting, Operator, ImportHelper):
    """Choose where the file of this take is now"""

    bl_idname = "romp_mocap.find_take"
    bl_label = "Find Take File"

    filename_ext = ".npz"
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN"})
    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE", *RELATIVE})
    another: BoolProperty(
        name="Accept Another Take",
        description="Also accept the file of another take, which then takes the place of this one",
        options={"SKIP_SAVE"},
    )

    def run(self, context: bpy.types.Context) -> str:
        from romp_core.errors import TakeError
        from romp_core.storage.take_file import load_take

        scene, entry = context.scene, take_list.selected_take(context.scene)
        path = find_file(self.filepath)
        take = load_take(path)
        if take.id != entry.take_id:
            sentence = f'"{os.path.basename(path)}" is not the take "{entry.name}", but another one.'
            if not self.another:
                raise TakeError(sentence, "Choose the right file, or turn on Accept Another Take.")
            if take_list.find_take(scene, take.id) is not None:
                raise TakeError(sentence, "It is in the list already.")
            _replace(scene, entry, take.id)
            solve_state.take_over(entry, take)
        take_list.link(entry, path, take)
        if self.another:
            solve_state.note(scene, entry, wrote=False)
        status.forget()
        return f'"{entry.name}" is in {os.path.basename(path)} now'


class ROMP_MOCAP_OT_find_footage(_Relinking, Reporting, Operator, ImportHelper):
    """Choose where the footage of this take is now; of a folder of images, any image"""

    bl_idname = "romp_mocap.find_footage"
    bl_label = "Find Footage"

    filename_ext = ""
    filepath: StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE", *RELATIVE})

    def run(self, context: bpy.types.Context) -> str:
        from dataclasses import replace

        from romp_core.errors import FootageError

        scene, entry = context.scene, take_list.selected_take(context.scene)
        path = find_file(self.filepath)
        if not os.path.exists(path):
            raise FootageError(f'"{path}" does not exist.', "Choose the footage again.")
        footage = take_list.load(entry).footage
        if os.path.isfile(path) and not os.path.splitext(last_name(footage.path))[1]:
            path = os.path.dirname(path)  # it was a folder of images
        same = entry.fingerprint and entry.fingerprint == fingerprint(path)
        differences = [] if same else differences_of(path, footage)
        take_list.set_footage(entry, path)
        status.forget()
        camera = scene_index.find_object(scene, entry.take_id, scene_index.CAMERA)
        remark = ""
        if camera is not None:
            timing = timing_of(footage, scene)
            remark = show_footage(camera.data, replace(footage, path=path), timing.first, scene_fps(scene))
        return " ".join(filter(None, (f"The footage is {os.path.basename(path)} now.", *differences, remark)))


def differences_of(path: str, footage: FootageInfo) -> list[str]:
    """Sentences about what is not the same in a movie and in the footage that a take was made from."""
    if not os.path.isfile(path):
        return []
    try:
        clip = bpy.data.movieclips.load(path)
    except RuntimeError:
        return ["Blender cannot read it, so it was not compared with the footage of the take."]
    size, seconds = tuple(clip.size), clip.frame_duration / clip.fps if clip.fps else 0.0
    is_movie = clip.source == "MOVIE"
    bpy.data.movieclips.remove(clip)
    found = []
    if sorted(size) != sorted((footage.width, footage.height)):
        found.append(f"It is {size[0]} x {size[1]}, the take's footage was {footage.width} x {footage.height}.")
    last = float(footage.times[-1])
    if is_movie and last > seconds + _SAME_SECONDS:
        found.append(f"It is {seconds:.1f} s long, but the take goes to {last:.1f} s.")
    return found


def _replace(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take, take_id: str) -> None:
    """Let another take have an entry of the list, and what was made from it."""
    scene_index.change_take(scene, entry.take_id, take_id)
    entry.take_id, entry.footage, entry.fingerprint = take_id, "", ""


CLASSES = (ROMP_MOCAP_OT_find_take, ROMP_MOCAP_OT_find_footage)
