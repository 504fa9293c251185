"""The characters of a take in a scene: making, renaming and removing them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import bpy

from ..bake.action import own_action
from ..bake.face import own_face_action
from ..bake.take import BakeOptions, bake_take_steps
from ..blender import compat, scene_index
from ..blender.steps import Steps, at_once
from ..documents import lookup
from . import warnings
from .edits import load_edited

if TYPE_CHECKING:
    from .properties import ROMP_MOCAP_PG_person, ROMP_MOCAP_PG_take


def make_characters_steps(
    scene: bpy.types.Scene,
    entry: ROMP_MOCAP_PG_take,
    person_ids: set[int],
    match_scene: bool = True,
    keep_edits: bool = True,
) -> Steps[list[str]]:
    """Make or update the characters of these people; returns remarks for the user.

    Args:
        match_scene: whether the scene's setting about its frame rate and range counts at all.
        keep_edits: whether keys that the user changed by hand stay, on top of the motion.

    Raises:
        romp_core.errors.TakeError: the take file is missing, damaged, or not solved.
    """
    take = load_edited(entry)
    warnings.note(entry, take)
    footage = replace(take.footage, path=lookup.footage_file(entry, take.footage.path))
    group = scene.romp_mocap
    options = BakeOptions(group.with_root, group.with_body, group.set_scene and match_scene, keep_edits)
    return (yield from bake_take_steps(scene, replace(take, footage=footage), entry.name, person_ids, options))


make_characters = at_once(make_characters_steps)


def made_characters(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> set[int]:
    """Ids of the people of a take who have a character in the scene, or had one that the user deleted by hand."""
    return {
        item.person_id
        for item in entry.people
        if scene_index.was_made(scene, entry.take_id, scene_index.ARMATURE, item.person_id)
    }


def rename_take(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> None:
    """Carry a take's new name over to its collection, empty, camera and characters."""
    collection = scene_index.find_collection(scene, entry.take_id)
    if collection is not None and not scene_index.library_of(collection):
        collection.name = entry.name
    for role, suffix in ((scene_index.PARENT, []), (scene_index.CAMERA, ["Camera"])):
        item = scene_index.find_object(scene, entry.take_id, role)
        if item is not None:
            _rename(scene, item, scene_index.short_name(entry.name, *suffix))
    for person in entry.people:
        rename_character(scene, entry, person)


def rename_character(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take, person: ROMP_MOCAP_PG_person) -> None:
    """Carry a person's new name over to the objects and action that were made from it."""
    name = scene_index.short_name(entry.name, person.name)
    titles = {scene_index.ARMATURE: name, scene_index.BODY: scene_index.short_name(entry.name, person.name, "Body")}
    for item in scene_index.objects_of(scene, entry.take_id, person.person_id):
        _rename(scene, item, titles[item[scene_index.ROLE]])
        face = own_face_action(scene, item)
        if face is not None:
            face.name = scene_index.short_name(entry.name, person.name, "Face")


def _rename(scene: bpy.types.Scene, item: bpy.types.Object, name: str) -> None:
    """Rename an object, its data and its action; what is linked from another file keeps its name."""
    if scene_index.library_of(item):
        return
    item.name = name
    if item.data is not None:
        item.data.name = name
    compat.rename_slot(item)
    action = own_action(scene, item)
    if action is not None and item[scene_index.ROLE] == scene_index.ARMATURE:
        action.name = name
