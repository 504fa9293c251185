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


HIDINGS = ["viewport", "eye", "collection", "excluded", "local view"]


def hide(item, how):
    """Hide an object in one of the ways that there are; returns what tells whether it is hidden so."""
    collection = bpy.context.view_layer.layer_collection.children[0]
    if how == "viewport":
        item.hide_viewport = True
    elif how == "eye":
        item.hide_set(True)
    elif how == "collection":
        collection.hide_viewport = True
    elif how == "excluded":
        collection.exclude = True
    else:
        show_alone(bpy.data.objects.new("Alone", None))
    bpy.context.view_layer.update()
    return {
        "viewport": lambda: item.hide_viewport,
        "eye": item.hide_get,
        "collection": lambda: collection.hide_viewport,
        "excluded": lambda: collection.exclude,
        "local view": lambda: view_of(bpy.context.window).spaces.active.local_view is not None,
    }[how]


def view_of(window):
    return next(area for area in window.screen.areas if area.type == "VIEW_3D")


def show_alone(item):
    """Local view of one new object."""
    window, scene = bpy.context.window, bpy.context.scene
    scene.collection.objects.link(item)
    for each in scene.objects:
        each.select_set(each == item)
    area = view_of(window)
    region = next(each for each in area.regions if each.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.view3d.localview()


@pytest.mark.parametrize("how", HIDINGS)
def test_what_is_hidden_is_updated_and_stays_hidden(scene, take, how):
    item = part(scene, scene_index.ARMATURE)
    is_hidden = hide(item, how)
    again = bake_another(scene, 1.1)
    assert is_hidden()
    rest = again.people[0].motion.rest_joints
    assert item.data.bones["pelvis"].length == pytest.approx(np.linalg.norm(rest[3] - rest[0]), abs=1e-4)


@pytest.mark.parametrize("how", HIDINGS)
@pytest.mark.parametrize(("role", "mode"), [(scene_index.ARMATURE, "EDIT"), (scene_index.BODY, "WEIGHT_PAINT")])
def test_hidden_while_it_is_in_a_mode(scene, take, role, mode, how):
    item, layer = part(scene, role), bpy.context.view_layer
    enter(item, mode)
    is_hidden = hide(item, how)
    before = item.mode, layer.objects.active, [each.name for each in layer.objects if each.select_get()]
    again = bake_another(scene, 1.1)
    assert is_hidden() and item.name not in scene.collection.objects
    assert (item.mode, layer.objects.active, [each.name for each in layer.objects if each.select_get()]) == before
    rest, data = again.people[0].motion.rest_joints, part(scene, scene_index.ARMATURE).data
    bones = data.edit_bones if data.is_editmode else data.bones
    assert bones["pelvis"].length == pytest.approx(np.linalg.norm(rest[3] - rest[0]), abs=1e-4)


def test_somebody_elses_edit_mode_is_left_alone(scene, take):
    mine = bpy.data.objects.new("Mine", bpy.data.meshes.new("Mine"))
    mine.data.from_pydata([(0, 0, 0)], [], [])
    scene.collection.objects.link(mine)
    enter(mine, "EDIT")
    bake_another(scene, 1.1)
    assert (mine.mode, bpy.context.view_layer.objects.active) == ("EDIT", mine)


@pytest.mark.parametrize("mode", ["POSE", "EDIT"])
def test_an_own_armature_in_the_same_mode_stays_in_it(scene, take, mode):
    ours = part(scene, scene_index.ARMATURE)
    mine = bpy.data.objects.new("Mine", ours.data.copy())
    scene.collection.objects.link(mine)
    enter(ours, "OBJECT")
    mine.select_set(True)
    bpy.context.view_layer.objects.active = mine
    bpy.ops.object.mode_set(mode=mode)
    bake_another(scene, 1.1)
    assert (ours.mode, mine.mode, bpy.context.view_layer.objects.active) == (mode, mode, mine)
    assert {each for each in scene.objects if each.select_get()} == {mine, ours}


def test_another_scene_in_which_the_same_mesh_is_edited(scene, take):
    body, other = part(scene, scene_index.BODY), bpy.data.scenes.new("Other")
    twin = bpy.data.objects.new("Twin", body.data)
    other.collection.objects.link(twin)
    bpy.context.window.scene = other
    enter(twin, "EDIT")
    bake_another(scene, 1.1)
    assert (twin.mode, bpy.context.view_layer.objects.active, body.mode) == ("EDIT", twin, "OBJECT")
    bpy.ops.object.mode_set(mode="OBJECT")
    assert max(vertex.co.z for vertex in body.data.vertices) == pytest.approx(1.98, abs=0.05), "1.1 times 1.8 m"


@pytest.mark.parametrize("window", [True, False])
def test_while_the_user_edits_in_another_scene_or_no_window_is_at_hand(scene, take, window):
    item, other = part(scene, scene_index.ARMATURE), bpy.data.scenes.new("Other")
    enter(item, "POSE")
    mine = bpy.data.objects.new("Mine", bpy.data.meshes.new("Mine"))
    other.collection.objects.link(mine)
    bpy.context.window.scene = other
    enter(mine, "EDIT")
    mode = item.mode
    with bpy.context.temp_override(**({} if window else {"window": None})):
        bake_another(scene, 1.1)
    assert (item.mode, mine.mode, bpy.context.view_layer.objects.active) == (mode, "EDIT", mine)


def test_the_user_works_in_another_view_layer(scene, take):
    item, first = part(scene, scene_index.ARMATURE), scene.view_layers[0]
    second = scene.view_layers.new("Second")
    bpy.context.window.view_layer = second
    enter(item, "POSE")
    first.layer_collection.children[0].exclude = True
    bake_another(scene, 1.1)
    assert (item.mode, second.objects.active) == ("POSE", item) and first.layer_collection.children[0].exclude
