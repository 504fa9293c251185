"""Taking out of a scene what was made from a take: only what nobody else uses is deleted."""

from __future__ import annotations

import bpy

from ..bake.action import own_action
from ..bake.face import own_face_action
from ..blender import compat, scene_index

_SHOW_NOTHING = bpy.types.Screen, bpy.types.WindowManager, bpy.types.WorkSpace
"""Kinds of datablocks that remember others, as the Outliner does, without using them."""


def remove_characters(scene: bpy.types.Scene, take_id: str, person_id: int | None = None) -> list[str]:
    """Take what was made from a take, or from one of its people, out of this scene; returns remarks for the user.

    What other scenes, collections or files use stays there, and so do the user's own objects and duplicates.
    """
    remarks, actions = list[str](), list[bpy.types.Action | None]()
    items = scene_index.objects_of(scene, take_id, person_id)
    needed = _needed(items)
    for item in items:
        if library := scene_index.library_of(item):
            remarks.append(scene_index.left_alone(library))
        elif user := needed.get(item):
            if user not in items or item.get(scene_index.ROLE) != scene_index.PARENT:
                remarks.append(f"{item.name} stays: {user.name} uses it.")
        else:
            remarks += _unlink(scene, item)
            if not item.users_collection:
                actions += [own_action(scene, item), own_face_action(scene, item)]
                _delete(item)
    own = scene_index.find_collection(scene, take_id)
    scene_index.forget(scene, take_id, person_id)
    for action in actions:
        if action is not None and action.users <= int(action.use_fake_user):
            bpy.data.actions.remove(action)
    if own is not None and person_id is None and not own.all_objects and not own.children:
        _drop(scene, own)
    return list(dict.fromkeys(remarks))


def _needed(items: list[bpy.types.Object]) -> dict[bpy.types.Object, bpy.types.Object]:
    """Those of the objects that others are moved by or refer to in another way, each with one of these others."""
    users, needed = bpy.data.user_map(subset=items, value_types={"OBJECT"}), dict[bpy.types.Object, bpy.types.Object]()
    others = {item: [each for each in users[item] if each != item and each.users_collection] for item in items}
    while True:
        going = [item for item in items if item not in needed]
        more = {item: each for item in going for each in others[item] if each not in going}
        if not more:
            return needed
        needed |= more


def _unlink(scene: bpy.types.Scene, item: bpy.types.Object) -> list[str]:
    """Take an object out of the collections of this scene, but not out of other scenes; returns remarks."""
    for collection in item.users_collection:
        if collection != scene.collection and collection not in scene.collection.children_recursive:
            continue
        for user in _own_copy(scene, collection):
            user.objects.unlink(item)
    if scene_index.is_in(scene, item):
        return [f"{item.name} stays: it is in a collection that is used elsewhere as well."]
    return []


def _own_copy(scene: bpy.types.Scene, collection: bpy.types.Collection) -> list[bpy.types.Collection]:
    """The collection where only this scene uses it, else a copy that takes its place here; [] where neither can be."""
    if collection == scene.collection:
        return [collection]
    parents = [each for each in _collections(scene) if collection.name in each.children and each.library is None]
    if not _is_used_elsewhere(scene, collection):
        return [collection]
    if not parents or any(each != scene.collection and _is_used_elsewhere(scene, each) for each in parents):
        return []
    copy = collection.copy()  # with the same objects
    for parent in parents:
        parent.children.unlink(collection)
        parent.children.link(copy)
    take_id = copy.get(scene_index.TAKE)
    if take_id:
        scene_index.keep_collection(scene, take_id, copy)
    return [copy]


def _collections(scene: bpy.types.Scene) -> list[bpy.types.Collection]:
    return [scene.collection, *scene.collection.children_recursive]


def _is_used_elsewhere(scene: bpy.types.Scene, collection: bpy.types.Collection) -> bool:
    """True when not only this scene shows a collection or one that it is in: other scenes, instances, modifiers do."""
    if collection.library is not None or collection.use_fake_user:
        return True
    users, own = bpy.data.user_map(subset=[collection])[collection] - {scene}, _collections(scene)
    return any(
        _is_used_elsewhere(scene, user) if user in own else not isinstance(user, _SHOW_NOTHING) for user in users
    )


def _delete(item: bpy.types.Object) -> None:
    """Delete an object that no collection holds; and its data, materials and what moves them unless others use them."""
    data = [item.data] if item.data is not None else []  # empties have none
    actions = [action for each in data for action in compat.actions_of(each) if not scene_index.library_of(action)]
    materials = [slot.material for slot in item.material_slots if slot.material and scene_index.TAKE in slot.material]
    bpy.data.objects.remove(item)
    for block in (*data, *actions, *materials):
        if not block.users:
            bpy.data.batch_remove([block])


def _drop(scene: bpy.types.Scene, collection: bpy.types.Collection) -> None:
    """Remove an empty collection that nobody else uses."""
    if collection in scene.collection.children_recursive and not _is_used_elsewhere(scene, collection):
        bpy.data.collections.remove(collection)
