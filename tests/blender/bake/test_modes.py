"""Baking again while the user works on the character: mode, active object and selection are as before."""

import bpy
import numpy as np
import pytest
from measure import track
from takes import make_take, motion

from addon.bake.take import bake_take
from addon.blender import scene_index


@pytest.fixture
def take(scene):
    take = make_take([motion(40), motion(40, seed=1)])
    bake_take(scene, take, "Clip")
    return take


def part(scene, role, person=1):
    return scene_index.find_object(scene, "take-1", role, person)


def enter(item, mode):
    bpy.ops.object.select_all(action="DESELECT")
    item.select_set(True)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode=mode)


def bake_another(scene, scale=1.0):
    again = make_take([motion(40, seed=3), motion(40, seed=4)])
    people = tuple(
        type(person)(**{**vars(person), "motion": type(person.motion)(
            **{**vars(person.motion), "rest_joints": person.motion.rest_joints * np.float32(scale)}
        )})
        for person in again.people
    )  # fmt: skip
    again = type(again)(**{**vars(again), "people": people})
    bake_take(scene, again, "Clip")
    return again


@pytest.mark.parametrize("scale", [1.0, 1.1])
@pytest.mark.parametrize(
    ("role", "mode"),
    [
        (scene_index.ARMATURE, "POSE"),
        (scene_index.ARMATURE, "EDIT"),
        (scene_index.BODY, "EDIT"),
        (scene_index.BODY, "WEIGHT_PAINT"),
        (scene_index.BODY, "SCULPT"),
    ],
)
def test_the_mode_comes_back_and_the_motion_is_the_new_one(scene, take, role, mode, scale):
    item, other = part(scene, role), part(scene, scene_index.ARMATURE, 2)
    enter(item, mode)
    again = bake_another(scene, scale)
    assert (item.mode, bpy.context.view_layer.objects.active) == (mode, item)
    assert [each for each in scene.objects if each.select_get()] == [item] and other.mode == "OBJECT"
    bpy.ops.object.mode_set(mode="OBJECT")
    heads, _ = track(scene, part(scene, scene_index.ARMATURE), [20])
    assert np.abs(heads[0] - again.people[0].motion.joints()[19]).max() < 1e-4
    assert len(part(scene, scene_index.ARMATURE).data.bones) == 24


@pytest.mark.parametrize("mode", ["POSE", "EDIT"])
def test_several_armatures_and_their_selected_bones(scene, take, mode):
    both = [part(scene, scene_index.ARMATURE, person) for person in (1, 2)]
    for item in both:
        item.select_set(True)
    bpy.context.view_layer.objects.active = both[1]
    bpy.ops.object.mode_set(mode=mode)
    chosen = {"left_wrist", "head"}
    for item in both:
        select(item, mode, chosen)
    bake_another(scene, 1.05)
    assert [item.mode for item in both] == [mode] * 2 and bpy.context.view_layer.objects.active == both[1]
    for item in both:
        assert selected(item, mode) == chosen


def bones(item, mode):
    """What carries the selection: from 5.0 on, pose bones do in pose mode."""
    if mode == "EDIT":
        return item.data.edit_bones
    return item.pose.bones if hasattr(item.pose.bones[0], "select") else item.data.bones


def select(item, mode, names):
    for bone in bones(item, mode):
        bone.select = bone.name in names


def selected(item, mode):
    return {bone.name for bone in bones(item, mode) if bone.select}


def test_bones_that_were_being_edited_are_kept(scene, take):
    item = part(scene, scene_index.ARMATURE)
    enter(item, "EDIT")
    tail = item.data.edit_bones.new("Tail")
    tail.head, tail.tail, tail.parent = (0, 0, 1), (0, 1, 1), item.data.edit_bones["pelvis"]
    bake_another(scene, 1.1)
    assert "Tail" in item.data.edit_bones and item.mode == "EDIT"
    bpy.ops.object.mode_set(mode="OBJECT")
    assert item.data.bones["Tail"].parent.name == "pelvis"


@pytest.mark.parametrize("hide", ["viewport", "eye", "collection", "excluded"])
def test_what_is_hidden_is_updated_and_stays_hidden(scene, take, hide):
    item, layer = part(scene, scene_index.ARMATURE), bpy.context.view_layer
    collection = layer.layer_collection.children[0]
    if hide == "viewport":
        item.hide_viewport = True
    elif hide == "eye":
        item.hide_set(True)
    elif hide == "collection":
        collection.hide_viewport = True
    else:
        collection.exclude = True
    again = bake_another(scene, 1.1)
    hidden = {
        "viewport": item.hide_viewport, "collection": collection.hide_viewport, "excluded": collection.exclude,
        "eye": item.hide_get() if hide == "eye" else None,
    }  # fmt: skip
    assert hidden[hide]
    rest = again.people[0].motion.rest_joints
    assert item.data.bones["pelvis"].length == pytest.approx(np.linalg.norm(rest[3] - rest[0]), abs=1e-4)


def test_somebody_elses_edit_mode_is_left_alone(scene, take):
    mine = bpy.data.objects.new("Mine", bpy.data.meshes.new("Mine"))
    mine.data.from_pydata([(0, 0, 0)], [], [])
    scene.collection.objects.link(mine)
    enter(mine, "EDIT")
    bake_another(scene, 1.1)
    assert (mine.mode, bpy.context.view_layer.objects.active) == ("EDIT", mine)
