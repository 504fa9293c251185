"""The list of takes in a scene, and what is made from it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy

from . import compat, scene_index, storage
from .bake import BakeOptions, bake_take
from .properties import generated

_GROWING_SECONDS = 10.0  # a running capture adds to its journal every two seconds


def find_take(scene: bpy.types.Scene, take_id: str) -> Any | None:
    """The list entry of this take, or None."""
    return next((entry for entry in scene.mocap.takes if entry.take_id == take_id), None)


def active_take(scene: bpy.types.Scene) -> Any | None:
    """The selected list entry, or None."""
    group = scene.mocap
    return group.takes[group.active_take] if 0 <= group.active_take < len(group.takes) else None


def active_person(scene: bpy.types.Scene) -> Any | None:
    """The selected person of the selected take, or None."""
    entry = active_take(scene)
    if entry is None or not 0 <= entry.active_person < len(entry.people):
        return None
    return entry.people[entry.active_person]


def add_take(scene: bpy.types.Scene, path: str | Path) -> Any:
    """List a take file in the scene and select it; a take that is listed already is read anew.

    Raises:
        romp_core.errors.TakeError: the file is not a take.
    """
    from romp_core.storage.take_file import load_take

    take = load_take(path)
    group = scene.mocap
    entry = find_take(scene, take.id)
    if entry is None:
        entry = group.takes.add()
        entry.take_id = take.id
        entry.name = _unused_name(scene, Path(take.footage.path).stem or "Take")
        for person in take.people:
            item = entry.people.add()
            item.person_id, item.name = person.id, person.name
    entry.path = str(path)
    entry.complete, entry.remark = take.provenance.complete, take.provenance.remark
    entry.license = f"Model: {take.provenance.model_license}. Body: {take.provenance.body_license}"
    generated.assign(entry.solve, take.solve)
    for item in entry.people:
        person = next((person for person in take.people if person.id == item.person_id), None)
        if person is not None:
            item.height, item.seen = person.height or 0.0, len(person.observations.frame_index)
    group.active_take = next(index for index, other in enumerate(group.takes) if other.take_id == take.id)
    return entry


def recover_interrupted() -> list[Path]:
    """Turn journals that broken-off captures left in the add-on's folder into takes; their paths.

    A journal that still grows is left alone: another Blender is capturing.
    """
    from romp_core.storage.journal import journal_path, recover

    suffix = journal_path("take").suffix
    files = storage.folder(storage.TAKES).glob(f"*{suffix}")
    paths = [file.with_suffix("") for file in files if time.time() - file.stat().st_mtime > _GROWING_SECONDS]
    return [path for path in paths if recover(path) is not None]


def is_solved(entry: Any) -> bool:
    """False when the capture was broken off before the motion was computed. Raises TakeError."""
    from romp_core.storage.take_file import load_take

    return load_take(bpy.path.abspath(entry.path)).solved


def make_characters(scene: bpy.types.Scene, entry: Any, person_ids: set[int], match_scene: bool = True) -> list[str]:
    """Make or update the characters of these people; returns remarks for the user.

    Args:
        match_scene: whether the scene's setting about its frame rate and range counts at all.

    Raises:
        romp_core.errors.TakeError: the take file is gone, damaged, or not solved.
    """
    from romp_core.storage.take_file import load_take

    take = load_take(bpy.path.abspath(entry.path))
    names = {item.person_id: item.name for item in entry.people}
    people = tuple(replace(person, name=names.get(person.id, person.name)) for person in take.people)
    group = scene.mocap
    options = BakeOptions(group.with_root, group.with_body, group.set_scene and match_scene)
    return bake_take(scene, replace(take, people=people), entry.name, person_ids & set(names), options)


def made_characters(scene: bpy.types.Scene, entry: Any) -> set[int]:
    """Ids of the people of a take who have a character in the scene."""
    return {
        item.person_id
        for item in entry.people
        if scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, item.person_id)
    }


def rename_take(scene: bpy.types.Scene, entry: Any) -> None:
    """Carry a take's new name over to its collection, camera and characters."""
    collection = scene_index.find_collection(scene, entry.take_id)
    if collection is not None:
        collection.name = entry.name
    camera = scene_index.find_object(scene, entry.take_id, scene_index.CAMERA)
    if camera is not None:
        camera.name = camera.data.name = scene_index.short_name(entry.name, "Camera")
        compat.rename_slot(camera)
    for person in entry.people:
        rename_character(scene, entry, person)


def rename_character(scene: bpy.types.Scene, entry: Any, person: Any) -> None:
    """Carry a person's new name over to the objects and action that were made from it."""
    from .bake.action import find_action

    name = scene_index.short_name(entry.name, person.name)
    titles = {scene_index.ARMATURE: name, scene_index.BODY: scene_index.short_name(entry.name, person.name, "Body")}
    for item in scene_index.objects_of(scene, entry.take_id, person.person_id):
        item.name = item.data.name = titles[item[scene_index.ROLE]]
        compat.rename_slot(item)
    action = find_action(entry.take_id, person.person_id)
    if action is not None:
        action.name = name


def remove_characters(scene: bpy.types.Scene, take_id: str, person_id: int | None = None) -> None:
    """Delete what was made from a take, or from one of its people; the user's own objects stay."""
    for item in scene_index.objects_of(scene, take_id, person_id):
        data = item.data
        bpy.data.objects.remove(item)
        if data is not None and data.users == 0:
            bpy.data.batch_remove([data])
    for action in list(bpy.data.actions):
        mine = action.get(scene_index.TAKE) == take_id and person_id in (None, action.get(scene_index.PERSON))
        if mine and action.users <= int(action.use_fake_user):
            bpy.data.actions.remove(action)
    collection = scene_index.find_collection(scene, take_id)
    if collection is not None and not collection.all_objects and not collection.children:
        bpy.data.collections.remove(collection)


def _unused_name(scene: bpy.types.Scene, stem: str) -> str:
    names, name, count = {entry.name for entry in scene.mocap.takes}, stem, 1
    while name in names:
        count += 1
        name = f"{stem} {count}"
    return name
