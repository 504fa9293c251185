"""Each scene's characters have actions of their own, which alone are written, on every Blender."""

import bpy
import numpy as np
import pytest
from measure import track
from takes import make_take, motion

from addon.bake.take import bake_take
from addon.blender import compat, scene_index


def armature_of(scene, take):
    return scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)


def moves_as(scene, take):
    window = bpy.context.window
    if window is not None:
        window.scene = scene
    with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
        scene.frame_set(20)
        pelvis = armature_of(scene, take).evaluated_get(scene.view_layers[0].depsgraph).pose.bones["pelvis"]
        return float(np.abs(np.array(pelvis.head) - take.people[0].motion.root[19]).max()) < 1e-3


@pytest.mark.parametrize("kind", ["FULL_COPY", "NEW"])
@pytest.mark.parametrize("duplicates_actions", [True, False])
def test_another_scene_keeps_its_motion(scene, kind, duplicates_actions):
    bpy.context.preferences.edit.use_duplicate_action = duplicates_actions
    first = make_take([motion(40, gaps=[(3, 5)])])
    bake_take(scene, first, "Clip")
    bpy.ops.scene.new(type=kind)
    other, second = bpy.context.scene, make_take([motion(40, seed=7)])
    bake_take(other, second, "Clip")
    assert armature_of(other, second) != armature_of(scene, first)
    assert moves_as(other, second) and not moves_as(other, first)
    assert moves_as(scene, first)
    bake_take(scene, make_take([motion(40, seed=9)]), "Clip")
    assert moves_as(other, second), "and the other way round"
    bpy.context.preferences.edit.use_duplicate_action = True


def test_the_users_own_action_on_the_object_is_never_written(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    item = armature_of(scene, take)
    own = item.animation_data.action
    mine = own.copy()  # with our marks
    mine.name = "Mine"
    item.animation_data.action = None
    bake_take(scene, make_take([motion(40, seed=2)]), "Clip")
    assert item.animation_data.action == own, "the one that it had before, not one found by its marks"


def test_one_action_per_person_however_often(scene):
    for seed in range(3):
        bake_take(scene, make_take([motion(40, seed=seed, gaps=[(5, 9)]), motion(40, seed=seed + 10)]), "Clip")
    assert len(bpy.data.actions) == (2 if compat.has_slots() else 3), "where actions have no slots, a body has its own"


def test_heads_are_right_after_all(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    heads, _ = track(scene, armature_of(scene, take), [1, 40])
    assert np.abs(heads - take.people[0].motion.joints()[[0, 39]]).max() < 1e-4
