"""A take hangs on one empty: moving it moves everything, and nothing else depends on it."""

import bpy
import numpy as np
import pytest
from deleting import remove
from measure import track
from takes import make_take, motion

from addon.bake import take as bake
from addon.bake.take import bake_take
from addon.blender import scene_index
from addon.takes import removal

SHIFT = np.array([2.0, -1.0, 0.5])


@pytest.fixture
def take():
    return make_take([motion(40), motion(40, seed=1)])


def part(scene, role, person=scene_index.NO_PERSON, take="take-1"):
    return scene_index.find_object(scene, take, role, person)


def empty(scene):
    return part(scene, scene_index.PARENT)


def tops(scene):
    people = [part(scene, scene_index.ARMATURE, person) for person in (1, 2)]
    return [*people, part(scene, scene_index.CAMERA)]


def heads_of(scene, person=1):
    return track(scene, part(scene, scene_index.ARMATURE, person), [1, 20, 40])[0]


def test_characters_and_camera_hang_on_an_empty_that_is_named_as_the_take(scene, take):
    bake_take(scene, take, "Clip")
    assert empty(scene).name == "Clip" and empty(scene).type == "EMPTY"
    assert [item.parent for item in tops(scene)] == [empty(scene)] * 3
    assert part(scene, scene_index.BODY, 1).parent == part(scene, scene_index.ARMATURE, 1)
    assert empty(scene).users_collection[0] == scene_index.find_collection(scene, take.id)
    assert empty(scene).matrix_world == empty(scene).matrix_world.Identity(4)


def test_the_empty_moves_everybody_the_skin_and_the_camera(scene, take):
    bake_take(scene, take, "Clip")
    before = [heads_of(scene, 1), heads_of(scene, 2), np.array(part(scene, scene_index.CAMERA).matrix_world)[:3, 3]]
    empty(scene).location = SHIFT
    bpy.context.view_layer.update()
    after = [heads_of(scene, 1), heads_of(scene, 2), np.array(part(scene, scene_index.CAMERA).matrix_world)[:3, 3]]
    for old, new in zip(before, after, strict=True):
        assert np.abs(new - old - SHIFT).max() < 1e-5
    body = part(scene, scene_index.BODY, 1)
    assert np.abs(np.array(body.matrix_world)[:3, 3] - SHIFT).max() < 1e-5


def test_solving_again_leaves_the_empty_where_the_user_put_it(scene, take):
    bake_take(scene, take, "Clip")
    empty(scene).location = SHIFT
    bpy.context.view_layer.update()
    before = heads_of(scene)
    bake_take(scene, take, "Clip")
    assert np.abs(heads_of(scene) - before).max() < 1e-6
    assert len([item for item in scene.objects if item.type == "EMPTY"]) == 1


def test_characters_of_earlier_versions_hang_on_an_empty_once_they_are_made_again(scene, take):
    bake_take(scene, take, "Clip")
    without_empty(scene)
    before = heads_of(scene)
    tops(scene)[1].parent = own = bpy.data.objects.new("Mine", None)
    scene.collection.objects.link(own)
    bake_take(scene, take, "Clip", person_ids={1})
    assert [item.parent for item in tops(scene)] == [empty(scene), own, empty(scene)]
    assert np.abs(heads_of(scene) - before).max() < 1e-6


def without_empty(scene):
    bpy.data.objects.remove(empty(scene))
    made = scene.romp_mocap.made
    made.remove(made.find(f"take-1/{scene_index.PARENT}/{scene_index.NO_PERSON}"))


def test_what_was_taken_off_the_empty_stays_off(scene, take):
    bake_take(scene, take, "Clip")
    tops(scene)[0].parent = None
    bake_take(scene, take, "Clip")
    assert [item.parent for item in tops(scene)] == [None, empty(scene), empty(scene)]


def test_a_deleted_empty_comes_back_where_it_was(scene, take):
    bake_take(scene, take, "Clip")
    empty(scene).location = SHIFT
    bpy.context.view_layer.update()
    before = heads_of(scene)
    remove(empty(scene), by_hand=True)
    assert np.abs(heads_of(scene) - before).max() < 1e-6
    assert bake_take(scene, take, "Clip")[0] == "Made again, since it was deleted: Clip."
    assert np.abs(heads_of(scene) - before).max() < 1e-6
    assert [item.parent for item in tops(scene)] == [empty(scene)] * 3


@pytest.mark.parametrize("state", ["none", "deleted"])
def test_a_bake_that_fails_leaves_the_empty_as_it_was(scene, take, monkeypatch, state):
    bake_take(scene, take, "Clip")
    without_empty(scene) if state == "none" else remove(empty(scene), by_hand=True)
    before, names = [item.parent for item in tops(scene)], set(scene.objects.keys())

    def fail(*_arguments):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(bake, "place_camera", fail)
    with pytest.raises(RuntimeError):
        bake_take(scene, take, "Clip")
    assert [item.parent for item in tops(scene)] == before and set(scene.objects.keys()) == names


def test_removing_the_take_removes_its_empty_unless_the_users_own_hang_on_it(scene, take):
    bake_take(scene, take, "Clip")
    removal.remove_characters(scene, take.id, 1)
    assert empty(scene) is not None
    own = bpy.data.objects.new("Prop", None)
    scene.collection.objects.link(own)
    own.parent = empty(scene)
    assert removal.remove_characters(scene, take.id) == ["Clip stays: Prop uses it."]
    assert set(scene.objects) == {own, own.parent}
    own.parent = None
    bake_take(scene, make_take(id="take-2"), "Other")
    removal.remove_characters(scene, "take-2")
    assert len(scene.objects) == 2


def test_an_empty_that_the_user_animates_keeps_the_scene_as_it_is(scene, take):
    bake_take(scene, take, "Clip")
    empty(scene).keyframe_insert("location", frame=100)
    scene.frame_end = 250
    bake_take(scene, take, "Clip")
    assert scene.frame_end == 250
