"""The characters of a take in a scene: making, renaming and removing them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import bpy

from ..bake.take import BakeOptions, bake_take
from ..blender import compat, scene_index
from ..documents import lookup
from .edits import load_edited

if TYPE_CHECKING:
    from .properties import ROMP_MOCAP_PG_person, ROMP_MOCAP_PG_take


def make_characters(
    scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take, person_ids: set[int], match_scene: bool = True
) -> list[str]:
    """Make or update the characters of these people; returns remarks for the user.

    Args:
        match_scene: whether the scene's setting about its frame rate and range counts at all.

    Raises:
        romp_core.errors.TakeError: the take file is missing, damaged, or not solved.
    """
    take = load_edited(entry)
    footage = replace(take.footage, path=lookup.footage_file(entry, take.footage.path))
    group = scene.romp_mocap
    options = BakeOptions(group.with_root, group.with_body, group.set_scene and match_scene)
    return bake_take(scene, replace(take, footage=footage), entry.name, person_ids, options)


def made_characters(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> set[int]:
    """Ids of the people of a take who have a character in the scene."""
    return {
        item.person_id
        for item in entry.people
        if scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, item.person_id)
    }


def rename_take(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> None:
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


def rename_character(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take, person: ROMP_MOCAP_PG_person) -> None:
    """Carry a person's new name over to the objects and action that were made from it."""
    from ..bake.action import find_action

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
        ours = action.get(scene_index.TAKE) == take_id and person_id in (None, action.get(scene_index.PERSON))
        if ours and action.users <= int(action.use_fake_user):
            bpy.data.actions.remove(action)
    collection = scene_index.find_collection(scene, take_id)
    if collection is not None and not collection.all_objects and not collection.children:
        bpy.data.collections.remove(collection)
