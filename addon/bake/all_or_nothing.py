"""Taking back what a bake did to a scene when it fails half way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import bpy

from ..blender import compat, scene_index
from . import restore

_MADE = "actions", "armatures", "cameras", "collections", "images", "materials", "meshes", "objects"
"""What bakes make, as named in `bpy.data`."""
_OF_RENDER = "fps", "fps_base", "resolution_x", "resolution_y", "resolution_percentage"
_OF_SCENE = "frame_start", "frame_end", "frame_current", "camera"


class _Copy:
    """A copy of a datablock, which can take its place."""

    def __init__(self, original: Any) -> None:
        self._original, self.block = original, original.copy()
        self.uid = self.block.session_uid

    def restore(self) -> None:
        """Put the copy in the place of the original, under its name."""
        name, has_fake_user = self._original.name, self._original.use_fake_user
        self._original.user_remap(self.block)
        bpy.data.batch_remove([self._original])
        self.block.name, self.block.use_fake_user = name, has_fake_user


class Guard:
    """What was noted of a scene, to bring it back."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._scene = scene
        self._undo = [restore.of_attributes(scene.render, _OF_RENDER), restore.of_attributes(scene, _OF_SCENE)]
        self._undo.append(restore.of_pointers(scene))
        self._last: list[restore.Restore] = []
        self._there = {block.session_uid for block in _made()}
        self._copies: list[_Copy] = []
        self._data: dict[Any, None] = {}

    def note(self, items: Iterable[bpy.types.Object]) -> None:
        """Note objects, with their data and actions, right before they are changed; in object mode."""
        own = [item for item in items if not scene_index.library_of(item)]
        self._data.update(dict.fromkeys(item.data for item in own if item.data is not None))
        self._copies += [_Copy(block) for block in _copied(self._scene, own)]
        self._undo += [each for item in own for each in restore.of_object(item)]
        self._there |= {copy.uid for copy in self._copies}

    def note_parents(self, items: Iterable[bpy.types.Object]) -> None:
        """Note what objects hang on, before others are noted that are changed later."""
        self._last += [restore.of_attributes(item, ["parent"]) for item in items]

    def note_linking(self, item: bpy.types.Object) -> None:
        """Note that an object was in no collection before."""
        self._last.append(partial(_unlink, item))

    def bring_back(self) -> None:
        """Let everything be as it was."""
        for bring_back in (*self._undo, *self._last):
            bring_back()
        for copy in self._copies:
            copy.restore()
        bpy.data.batch_remove([block for block in _made() if block.session_uid not in self._there])

    def let_go(self) -> None:
        """Forget what was noted, and remove data that is not used any more."""
        bpy.data.batch_remove([copy.block for copy in self._copies])
        bpy.data.batch_remove([block for block in self._data if not block.users])


@contextmanager
def all_or_nothing(scene: bpy.types.Scene) -> Iterator[Guard]:
    """When what is done inside fails, what it made is removed, and what it changed and noted before is as it was.

    When it succeeds, data that is not used any more is removed.
    """
    guard = Guard(scene)
    try:
        yield guard
    except BaseException:
        guard.bring_back()
        raise
    guard.let_go()


def _unlink(item: bpy.types.Object) -> None:
    for collection in item.users_collection:
        collection.objects.unlink(item)


def _made() -> Iterator[Any]:
    return (block for kind in _MADE for block in getattr(bpy.data, kind))


def _copied(scene: bpy.types.Scene, items: Iterable[bpy.types.Object]) -> dict[Any, None]:
    """What is changed in ways that are easier to copy than to take back: actions, bones, cameras."""
    found = dict[Any, None]()
    for item in items:
        pointers = scene_index.pointers_of(scene, item)
        kept = [each for each in (pointers.action, pointers.face) if each is not None] if pointers is not None else []
        parts = [item.data] if item.type not in ("MESH", "EMPTY") else []
        moved = [item, *parts, *([item.data.shape_keys] if item.type == "MESH" and item.data.shape_keys else [])]
        actions = (*(each for part in moved for each in compat.actions_of(part)), *kept)
        found.update(dict.fromkeys(block for block in (*parts, *actions) if block.library is None))
    return found
