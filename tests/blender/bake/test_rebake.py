"""Baking again replaces what is ours in place and leaves what is the user's."""

import bpy
import numpy as np
import pytest
from measure import track
from takes import footage, make_take, motion

from addon.bake.take import BakeOptions, bake_take
from addon.blender import scene_index


def names():
    kinds = ("objects", "armatures", "meshes", "actions", "cameras", "materials", "collections", "images", "scenes")
    return {kind: sorted(item.name for item in getattr(bpy.data, kind)) for kind in kinds}


def armature_of(scene, take, person=1):
    return scene_index.find_object(scene, take.id, scene_index.ARMATURE, person)


def test_twice_leaves_no_duplicates_and_the_new_motion(scene):
    gaps = [(5, 20)]
    bake_take(scene, make_take([motion(40, gaps=gaps), motion(40, seed=3)]), "Clip")
    before = names()
    again = make_take([motion(40, seed=7, gaps=gaps), motion(40, seed=8)])
    bake_take(scene, again, "Clip")
    assert names() == before
    for person in again.people:
        heads, _ = track(scene, armature_of(scene, again, person.id), [1, 30, 40])
        assert np.abs(heads - person.motion.joints()[[0, 29, 39]]).max() < 1e-4


def test_what_the_user_made_stays(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    item = armature_of(scene, take)
    skin = scene_index.find_object(scene, take.id, scene_index.BODY, 1)
    hat = bpy.data.objects.new("Hat", None)
    scene.collection.objects.link(hat)
    hat.parent, hat.parent_type, hat.parent_bone = item, "BONE", "head"
    item.name, item.location = "Alice", (1.0, 2.0, 0.0)
    item.pose.bones["left_wrist"].constraints.new("LIMIT_ROTATION").name = "Mine"
    skin.modifiers.new("Mine", "SUBSURF")
    skin.data.shape_keys.key_blocks[1].value = 0.5
    skin.data.materials[0].diffuse_color = (1, 0, 0, 1)
    other = bpy.data.actions.new("Other")
    hat.animation_data_create().action = other

    bake_take(scene, make_take([motion(40, seed=4)]), "Clip", options=BakeOptions(with_root=True))
    assert item.name == "Alice" and tuple(item.location) == (1.0, 2.0, 0.0)
    assert (hat.parent, hat.parent_bone, hat.animation_data.action) == (item, "head", other)
    assert "Mine" in item.pose.bones["left_wrist"].constraints and "Mine" in skin.modifiers
    assert skin.data.shape_keys.key_blocks[1].value == pytest.approx(0.5)
    assert tuple(skin.data.materials[0].diffuse_color) == (1, 0, 0, 1)
    assert "root" in item.data.bones


def test_another_action_on_the_character_stays_there(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    item = armature_of(scene, take)
    mine = bpy.data.actions.new("Mine")
    item.animation_data.action = mine
    bake_take(scene, take, "Clip")
    assert item.animation_data.action == mine
    assert len(bpy.data.actions) == 2


def test_selection_mode_and_active_object_stay(scene):
    cube = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    scene.collection.objects.link(cube)
    bpy.context.view_layer.objects.active = cube
    cube.select_set(True)
    take = make_take()
    bake_take(scene, take, "Clip")
    bpy.ops.object.mode_set(mode="EDIT")
    bake_take(scene, take, "Clip")
    assert bpy.context.active_object == cube and cube.mode == "EDIT"
    assert bpy.context.selected_objects == [cube]
    assert bpy.context.scene == scene


def test_a_character_in_pose_mode_in_a_hidden_collection_can_be_baked_again(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    item = armature_of(scene, take)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="POSE")
    scene_index.find_collection(scene, take.id).hide_viewport = True
    bake_take(scene, make_take([motion(40, seed=5)]), "Clip", options=BakeOptions(with_root=True))
    assert "root" in item.data.bones


def test_deleted_parts_come_back(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    bpy.data.objects.remove(armature_of(scene, take))
    bpy.data.collections.remove(scene_index.find_collection(scene, take.id))
    bake_take(scene, take, "Clip")
    item = armature_of(scene, take)
    skin = scene_index.find_object(scene, take.id, scene_index.BODY, 1)
    assert skin.parent == item and skin.modifiers[0].object == item
    heads, _ = track(scene, item, [1, 40])
    assert np.abs(heads - take.people[0].motion.joints()[[0, 39]]).max() < 1e-4


def test_a_gap_that_closes_shows_the_character_again(scene):
    bake_take(scene, make_take([motion(40, gaps=[(5, 20)])]), "Clip")
    take = make_take([motion(40)])
    scene.frame_set(10)
    item = armature_of(scene, take)
    assert item.hide_viewport
    bake_take(scene, take, "Clip")
    scene.frame_set(10)
    skin = scene_index.find_object(scene, take.id, scene_index.BODY, 1)
    assert not any((item.hide_viewport, item.hide_render, skin.hide_viewport, skin.hide_render))


def test_what_the_user_hid_stays_hidden(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    item, skin = armature_of(scene, take), scene_index.find_object(scene, take.id, scene_index.BODY, 1)
    item.hide_viewport = item.hide_render = item.hide_select = True
    skin.hide_render = True
    skin.hide_set(True)
    bake_take(scene, make_take([motion(40, seed=4)]), "Clip", options=BakeOptions(with_root=True))
    assert (item.hide_viewport, item.hide_render, item.hide_select) == (True, True, True)
    assert (skin.hide_viewport, skin.hide_render, skin.hide_get()) == (False, True, True)
    heads, _ = track(scene, item, [1, 40])
    assert np.abs(heads - motion(40, seed=4).joints()[[0, 39]]).max() < 1e-4


def test_shorter_take_leaves_no_old_keys(scene):
    bake_take(scene, make_take(info=footage(40)), "Clip")
    take = make_take(info=footage(20))
    bake_take(scene, take, "Clip")
    item = armature_of(scene, take)
    assert tuple(item.animation_data.action.frame_range) == (1.0, 20.0)
    assert scene.frame_end == 20


def test_solving_again_leaves_the_scenes_own_numbers(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    scene.frame_end, scene.render.resolution_x = 20, 1000
    bake_take(scene, take, "Clip", options=BakeOptions(set_scene=False))
    assert (scene.frame_end, scene.render.resolution_x) == (20, 1000)
