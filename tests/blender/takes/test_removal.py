"""Removing takes and people from a scene leaves what others use: other scenes, the user's duplicates, collections."""

import bpy
import pytest
from takes import make_take, motion

from addon.blender import scene_index
from addon.takes import characters, removal, take_list
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


ALL = ["Clip", "Clip Camera", "Clip Person 1", "Clip Person 1 Body", "Clip Person 2", "Clip Person 2 Body"]


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
        assert names(copy) == ["Clip", "Clip Camera", "Clip Person 2", "Clip Person 2 Body"]
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
    assert len(copy.objects) == 6 and not set(copy.objects) & set(scene.objects)
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
    (empty,) = [item for item in scene.objects if item.type == "EMPTY"]
    assert set(scene.objects) == {*twins, empty}, "they hang on the empty"
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


def kept_elsewhere(scene, how):
    """A collection of the user's that holds the take's and is not in the scene: instanced, or with a fake user."""
    mine = bpy.data.collections.new("Set")
    mine.children.link(scene_index.find_collection(scene, "take-1"))
    if how == "fake user":
        mine.use_fake_user = True
    else:
        instance = bpy.data.objects.new("Crowd", None)
        instance.instance_type, instance.instance_collection = "COLLECTION", mine
        scene.collection.objects.link(instance)
    return mine


@pytest.mark.parametrize("how", ["instanced", "fake user"])
def test_what_is_nested_in_a_collection_that_is_used_elsewhere_stays_there(entry, scene, how):
    mine = kept_elsewhere(scene, how)
    bpy.ops.romp_mocap.remove_take()
    assert set(names(scene)) <= {"Crowd"} and {item.name for item in mine.all_objects} == set(ALL)


def test_an_armature_stays_while_a_duplicate_of_the_body_needs_it(entry, scene):
    armature, body = (scene_index.find_object(scene, "take-1", role, 1) for role in ("armature", "body"))
    bpy.ops.object.select_all(action="DESELECT")
    body.select_set(True)
    bpy.context.view_layer.objects.active = body
    bpy.ops.object.duplicate()
    twin = bpy.context.active_object
    assert removal.remove_characters(scene, "take-1") == ["Clip Person 1 stays: Clip Person 1 Body.001 uses it."]
    assert set(scene.objects) == {armature, twin, armature.parent} and twin.parent == armature
    assert armature.animation_data.action is not None and twin.modifiers[0].object == armature


@pytest.mark.parametrize("reload", [False, True])
def test_what_was_deleted_by_hand_is_made_again_under_its_name(entry, scene, tmp_path, reload):
    bpy.ops.object.select_all(action="DESELECT")
    scene_index.find_object(scene, "take-1", scene_index.ARMATURE, 1).select_set(True)
    bpy.ops.object.delete()
    if reload:
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert bpy.ops.romp_mocap.make_characters() == {"FINISHED"}
    assert names(bpy.context.scene) == ALL and len(bpy.data.objects) == 6 and len(bpy.data.armatures) == 2


def test_undo_brings_back_what_was_removed(entry, scene):
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.romp_mocap.remove_take()
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    scene = bpy.context.scene
    assert names(scene) == ALL and len(scene.romp_mocap.takes) == 1
    assert bpy.ops.romp_mocap.make_characters() == {"FINISHED"}
    assert names(scene) == ALL and len(bpy.data.objects) == 6


def append(path):
    with bpy.data.libraries.load(str(path), link=False) as (_, wanted):
        wanted.collections = ["Clip"]
    bpy.context.scene.collection.children.link(wanted.collections[0])


def test_characters_appended_from_another_file(entry, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "source.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    append(tmp_path / "source.blend")
    again = take_list.add_take(scene, tmp_path / "take.npz")
    characters.make_characters(scene, again, {1, 2})
    assert names(scene) == ALL, "they are updated, under their names"
    append(tmp_path / "source.blend")
    assert len(scene.objects) == 12
    bpy.ops.romp_mocap.remove_take()
    assert names(scene) == sorted(f"{name}.001" for name in ALL)
