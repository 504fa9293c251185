"""Taking out of a scene what was made from a take: only what nobody else uses is deleted."""

from __future__ import annotations

import bpy

from ..bake.action import own_action
from ..blender import scene_index


def remove_characters(scene: bpy.types.Scene, take_id: str, person_id: int | None = None) -> list[str]:
    """Take what was made from a take, or from one of its people, out of this scene; returns remarks for the user.

    What other scenes, collections or files use stays there, and so do the user's own objects and duplicates.
    """
    remarks, actions = list[str](), list[bpy.types.Action | None]()
    for item in scene_index.objects_of(scene, take_id, person_id):
        if library := scene_index.library_of(item):
            remarks.append(scene_index.left_alone(library))
            continue
        remarks += _unlink(scene, item)
        if not item.users_collection:
            actions.append(own_action(scene, item))
            _delete(item)
    own = scene_index.find_collection(scene, take_id)
    scene_index.forget(scene, take_id, person_id)
    for action in actions:
        if action is not None and action.users <= int(action.use_fake_user):
            bpy.data.actions.remove(action)
    if own is not None and person_id is None and not own.all_objects and not own.children:
        _drop(scene, own)
    return list(dict.fromkeys(remarks))


def _unlink(scene: bpy.types.Scene, item: bpy.types.Object) -> list[str]:
    """Take an object out of the collections of this scene, but not out of other scenes; returns remarks."""
    for collection in item.users_collection:
        if collection != scene.collection and collection not in scene.collection.children_recursive:
            continue
        for user in _own_copy(scene, collection):
            user.objects.unlink(item)
    if scene_index.is_in(scene, item):
        return [f"{item.name} stays: it is in a collection that other scenes use as well."]
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
    """True when another scene shows a collection, or an object in the file instances it."""
    if collection.library is not None:
        return True
    others = (other for other in bpy.data.scenes if other != scene)
    if any(collection in other.collection.children_recursive for other in others):
        return True
    return any(item.instance_collection == collection for item in bpy.data.objects)


def _delete(item: bpy.types.Object) -> None:
    """Delete an object that no collection holds, and its data unless something else uses it."""
    data = item.data
    bpy.data.objects.remove(item)
    if data is not None and data.users == 0:
        bpy.data.batch_remove([data])


def _drop(scene: bpy.types.Scene, collection: bpy.types.Collection) -> None:
    """Remove an empty collection that nobody else uses."""
    if collection in scene.collection.children_recursive and not _is_used_elsewhere(scene, collection):
        bpy.data.collections.remove(collection)
