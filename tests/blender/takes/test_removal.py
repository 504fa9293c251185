"""Removing takes and people from a scene leaves what others use: other scenes, the user's duplicates, collections."""

import bpy
import pytest
from takes import make_take, motion

from addon.blender import scene_index
from addon.takes import characters, take_list
from romp_core.storage.take_file import save_take


@pytest.fixture
def entry(scene, tmp_path):
    """A take of two people with their characters."""
    take = make_take([motion(20, gaps=[(5, 9)]), motion(20, seed=1)])
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    entry.name = "Clip"
    characters.make_characters(scene, entry, {1, 2})
    return entry


def names(scene):
    return sorted(item.name for item in scene.objects)


ALL = ["Clip Camera", "Clip Person 1", "Clip Person 1 Body", "Clip Person 2", "Clip Person 2 Body"]


def test_what_nobody_else_uses_is_deleted_with_its_data(entry, scene):
    assert names(scene) == ALL
    assert bpy.ops.romp_mocap.remove_take() == {"FINISHED"}
    data = bpy.data
    assert not any((data.objects, data.armatures, data.meshes, data.cameras, data.actions, data.collections))
    assert not scene.romp_mocap.takes and not scene.romp_mocap.made


@pytest.mark.parametrize("person", [False, True])
def test_a_linked_copy_of_the_scene_keeps_its_characters(entry, scene, person):
    bpy.ops.scene.new(type="LINK_COPY")
    copy = bpy.context.scene
    assert copy != scene and names(copy) == ALL
    if person:
        copy.romp_mocap.takes[0].active_person = 0
        bpy.ops.romp_mocap.remove_person()
        assert names(copy) == ["Clip Camera", "Clip Person 2", "Clip Person 2 Body"]
    else:
        bpy.ops.romp_mocap.remove_take()
        assert names(copy) == []
    assert names(scene) == ALL and len(scene.romp_mocap.takes) == 1
    bpy.context.window.scene = scene
    assert bpy.ops.romp_mocap.make_characters() == {"FINISHED"}
    assert names(scene) == ALL


def test_a_full_copy_is_removed_without_the_original(entry, scene):
    bpy.ops.scene.new(type="FULL_COPY")
    copy = bpy.context.scene
    assert len(copy.objects) == 5 and not set(copy.objects) & set(scene.objects)
    bpy.ops.romp_mocap.remove_take()
    assert names(copy) == [] and names(scene) == ALL
    assert {item.name for item in bpy.data.objects} == set(ALL)


@pytest.mark.parametrize("linked", [False, True])
def test_the_users_duplicates_stay_with_their_motion(entry, scene, linked):
    for item in scene.objects:
        item.select_set(item.name.startswith("Clip Person 1"))
    bpy.ops.object.duplicate(linked=linked)
    twins = [item for item in scene.objects if item.name.endswith(".001")]
    assert len(twins) == 2
    bpy.ops.romp_mocap.remove_take()
    assert set(scene.objects) == set(twins)
    (armature,) = [item for item in twins if item.type == "ARMATURE"]
    assert armature.animation_data.action is not None and len(armature.data.bones) == 24
    assert scene_index.find_collection(scene, entry_id(armature)) is not None, "they are still in the take's collection"


def entry_id(item):
    return item[scene_index.TAKE]


def test_making_again_after_duplicating_updates_the_original_only(entry, scene):
    original = scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, 1)
    original.select_set(True)
    bpy.ops.object.duplicate()
    twin = next(item for item in scene.objects if item.name == "Clip Person 1.001")
    twin.location.x = 3.0
    original.name = "Zoe"
    bpy.ops.romp_mocap.make_characters()
    assert len(list(scene_index.characters(scene))) == 3 and twin.location.x == 3.0
    assert scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, 1) == original
    bpy.data.objects.remove(original)
    bpy.ops.romp_mocap.make_characters()
    assert scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, 1) not in (None, twin)


def test_own_things_in_our_collection_and_our_things_in_own_collections(entry, scene):
    collection = scene_index.find_collection(scene, entry.take_id)
    hat = bpy.data.objects.new("Hat", None)
    collection.objects.link(hat)
    mine = bpy.data.collections.new("Mine")
    scene.collection.children.link(mine)
    body = scene_index.find_object(scene, entry.take_id, scene_index.BODY, 1)
    mine.objects.link(body)
    bpy.ops.romp_mocap.remove_take()
    assert names(scene) == ["Hat"] and collection.name in scene.collection.children and not mine.objects


def test_what_an_instance_shows_stays(entry, scene):
    collection = scene_index.find_collection(scene, entry.take_id)
    other = bpy.data.scenes.new("Other")
    instance = bpy.data.objects.new("Crowd", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", collection
    other.collection.objects.link(instance)
    bpy.ops.romp_mocap.remove_take()
    assert names(scene) == [] and {item.name for item in collection.objects} == set(ALL)
