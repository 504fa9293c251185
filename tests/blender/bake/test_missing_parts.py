"""What the user deleted by hand is made again, complete and on its armature, and the remarks say so."""

import bpy
import numpy as np
import pytest
from deleting import remove
from takes import make_take, motion

from addon.bake.take import bake_take
from addon.blender import scene_index

ROLES = scene_index.ARMATURE, scene_index.BODY


def part(scene, take, role, person=1):
    return scene_index.find_object(scene, take.id, role, person)


def stretched(scene, body):
    """Longest edge of the body as it is shown, meters."""
    scene.frame_set(20)
    shown = body.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    points = np.array([shown.vertices[i].co for edge in shown.edges for i in edge.vertices]).reshape(-1, 2, 3)
    return np.linalg.norm(points[:, 0] - points[:, 1], axis=-1).max()


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_body_gets_a_new_armature(scene, by_hand):
    take = make_take()
    bake_take(scene, take, "Clip")
    body = part(scene, take, scene_index.BODY)
    longest = stretched(scene, body)
    remove(part(scene, take, scene_index.ARMATURE), by_hand)
    remarks = bake_take(scene, take, "Clip")
    armature = part(scene, take, scene_index.ARMATURE)
    assert body.parent == armature and [modifier.object for modifier in body.modifiers] == [armature]
    assert part(scene, take, scene_index.BODY) == body and len(scene.objects) == 4
    assert remarks[0] == f"Made again, since it was deleted: {armature.name}."
    armature.location.x += 2.0
    assert stretched(scene, body) == pytest.approx(longest, rel=0.05)


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("role", [scene_index.BODY, scene_index.CAMERA])
def test_a_deleted_body_or_camera_comes_back(scene, role, by_hand):
    take = make_take()
    bake_take(scene, take, "Clip")
    person = 1 if role == scene_index.BODY else scene_index.NO_PERSON
    remove(part(scene, take, role, person), by_hand)
    remarks = bake_take(scene, take, "Clip")
    item = part(scene, take, role, person)
    assert item is not None and item.name in remarks[0] and "Made again" in remarks[0]
    if role == scene_index.BODY:
        assert item.parent == part(scene, take, scene_index.ARMATURE)


@pytest.mark.parametrize("with_objects", [False, True])
def test_a_deleted_collection_comes_back_with_all_that_was_in_it(scene, with_objects):
    take = make_take([motion(20), motion(20, seed=1)])
    bake_take(scene, take, "Clip")
    collection = scene_index.find_collection(scene, take.id)
    if with_objects:
        for item in list(collection.objects):
            bpy.data.objects.remove(item)
    bpy.data.collections.remove(collection)
    remarks = bake_take(scene, take, "Clip")
    assert "Made again" in remarks[0]
    made = scene_index.find_collection(scene, take.id)
    assert made is not None and len(made.objects) == 6
    for person in (1, 2):
        armature, body = (part(scene, take, role, person) for role in ROLES)
        assert body.parent == armature and armature.name in scene.objects


def test_parts_that_were_moved_elsewhere_stay_there(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    mine = bpy.data.collections.new("Mine")
    scene.collection.children.link(mine)
    body = part(scene, take, scene_index.BODY)
    mine.objects.link(body)
    scene_index.find_collection(scene, take.id).objects.unlink(body)
    remarks = bake_take(scene, take, "Clip")
    assert list(body.users_collection) == [mine] and not any("Made again" in remark for remark in remarks)
