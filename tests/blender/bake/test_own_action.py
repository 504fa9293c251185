"""Each scene's characters have actions of their own, which alone are written, on every Blender."""

import bpy
import numpy as np
import pytest
from measure import track
from takes import footage, make_take, motion

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


@pytest.fixture
def stripped(scene):
    """The character of a take whose action the user pushed down into a strip."""
    bake_take(scene, make_take(), "Clip")
    item = scene_index.find_object(scene, "take-1", scene_index.ARMATURE, 1)
    animation = item.animation_data
    action, slot = animation.action, getattr(animation, "action_slot", None)
    strip = animation.nla_tracks.new().strips.new("Base", 1, action)
    if slot is not None:
        strip.action_slot = slot
    animation.action = None
    return item


@pytest.mark.parametrize("frames", [40, 60])
def test_a_strip_of_our_action_shows_the_new_motion(scene, stripped, frames):
    again = make_take([motion(frames, seed=6)], footage(frames))
    bake_take(scene, again, "Clip")
    assert stripped.animation_data.action is None and len(bpy.data.actions) == 1
    (strip,) = stripped.animation_data.nla_tracks[0].strips
    assert (strip.frame_start, strip.frame_end) == (1, frames)
    heads, _ = track(scene, stripped, [1, frames])
    assert np.abs(heads - again.people[0].motion.joints()[[0, -1]]).max() < 1e-4


def test_a_layer_above_the_strip_stays(scene, stripped):
    mine = bpy.data.actions.new("Mine")
    stripped.animation_data.action, stripped.animation_data.action_blend_type = mine, "COMBINE"
    again = make_take([motion(40, seed=6)])
    bake_take(scene, again, "Clip")
    assert stripped.animation_data.action == mine and len(bpy.data.actions) == 2
    heads, _ = track(scene, stripped, [1, 40])
    assert np.abs(heads - again.people[0].motion.joints()[[0, 39]]).max() < 1e-4


def test_a_rename_under_another_action_loses_no_channels(scene):
    bake_take(scene, make_take(), "Clip")
    item = scene_index.find_object(scene, "take-1", scene_index.ARMATURE, 1)
    own, slots = item.animation_data.action, len(getattr(item.animation_data.action, "slots", ()))
    item.animation_data.action = bpy.data.actions.new("Mine")
    item.name = "Zoe"
    bake_take(scene, make_take([motion(40, seed=6)]), "Clip")
    assert len(getattr(own, "slots", ())) == slots
    item.animation_data.action = own
    if slots:
        item.animation_data.action_slot = own.slots[0]
    heads, _ = track(scene, item, [1, 40])
    assert np.abs(heads - motion(40, seed=6).joints()[[0, 39]]).max() < 1e-4
