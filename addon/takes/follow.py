"""The list of takes and people, the selection in the viewport, and the scene's range and camera follow each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from ..blender import scene_index
from ..blender.timing import FIRST_FRAME, scene_fps

_owner = object()  # by which Blender's message bus knows us
_on = True


@contextmanager
def following(on: bool) -> Iterator[None]:
    """Within it, nothing follows a change when `on` is False."""
    global _on
    before, _on = _on, on
    try:
        yield
    finally:
        _on = before


def person_chosen(entry: Any, context: bpy.types.Context) -> None:
    """Update callback of the list of people: select the character in the viewport."""
    from .first_look import select_only

    scene = entry.id_data
    if not _on or not 0 <= entry.active_person < len(entry.people):
        return
    person_id = entry.people[entry.active_person].person_id
    item = scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, person_id)
    view_layer = getattr(context, "view_layer", None)
    if item is not None and view_layer is not None and context.scene == scene:
        select_only(view_layer, [item])


def take_chosen(group: Any, context: bpy.types.Context) -> None:
    """Update callback of the list of takes: the scene shows the take's frames through its camera, where it shows
    those of another take now.
    """
    if not _on or not 0 <= group.active_take < len(group.takes):
        return
    scene, entry = group.id_data, group.takes[group.active_take]
    person_chosen(entry, context)
    camera = scene_index.find_object(scene, entry.take_id, scene_index.CAMERA)
    if camera is None or scene.camera == camera or not _is_ours(scene.camera):
        return
    scene.camera = camera
    if group.set_scene and (span := _frames_of(scene, entry)):
        scene.frame_start, scene.frame_end = span
        if not span[0] <= scene.frame_current <= span[1]:
            scene.frame_set(span[0])


def object_chosen() -> None:
    """Called when another object became active in the viewport: the list shows its take and person."""
    scene = bpy.context.scene
    view_layer = bpy.context.view_layer
    if not _on or view_layer is None:
        return
    item = scene_index.character_of(view_layer.objects.active, scene)
    if item is None:
        return
    group = scene.romp_mocap
    for number, entry in enumerate(group.takes):
        people = [person.person_id for person in entry.people]
        if entry.take_id != item[scene_index.TAKE] or item[scene_index.PERSON] not in people:
            continue
        with following(False):
            if group.active_take != number:
                group.active_take = number
            if entry.active_person != people.index(item[scene_index.PERSON]):
                entry.active_person = people.index(item[scene_index.PERSON])


def register() -> None:
    """Listen to the viewport, also after another file is loaded."""
    _subscribe()
    bpy.app.handlers.load_post.append(_subscribe_again)


def unregister() -> None:
    """Undo `register`."""
    bpy.msgbus.clear_by_owner(_owner)
    if _subscribe_again in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_subscribe_again)


@bpy.app.handlers.persistent
def _subscribe_again(*_arguments: Any) -> None:
    bpy.msgbus.clear_by_owner(_owner)
    _subscribe()


def _subscribe() -> None:
    bpy.msgbus.subscribe_rna(key=(bpy.types.LayerObjects, "active"), owner=_owner, args=(), notify=object_chosen)


def _is_ours(camera: bpy.types.Object | None) -> bool:
    return camera is not None and camera.get(scene_index.ROLE) == scene_index.CAMERA


def _frames_of(scene: bpy.types.Scene, entry: Any) -> tuple[int, int] | None:
    """First and last scene frame of the footage of a take; None of one that an earlier version listed."""
    seconds = float(entry.seconds)
    return (FIRST_FRAME, FIRST_FRAME + int(seconds * scene_fps(scene) + 0.5)) if seconds else None
