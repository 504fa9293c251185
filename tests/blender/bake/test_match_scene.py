"""The scene's rate, range, resolution and camera are taken over only where nothing else would change its timing."""

import bpy
import numpy as np
import pytest
from measure import track
from takes import footage, make_take, motion, moving_camera

from addon.bake.take import BakeOptions, bake_take
from addon.blender import compat, scene_index
from addon.blender.animation import is_animated

REMARK = (
    "The scene has other animation, so its frame rate, range and resolution stay: "
    "the keys are laid out at {} frames per second."
)


def settings(scene):
    render = scene.render
    return (render.fps, render.fps_base, scene.frame_start, scene.frame_end, render.resolution_x, scene.camera)


def key_frames(item):
    return {float(point.co[0]) for curve in compat.assigned_channels(item).fcurves for point in curve.keyframe_points}


def own_object(scene, data=None):
    item = bpy.data.objects.new("Mine", data)
    scene.collection.objects.link(item)
    return item


def by_object(scene):
    own_object(scene).keyframe_insert("location", frame=1)


def by_data(scene):
    own_object(scene, bpy.data.lights.new("Lamp", "POINT")).data.keyframe_insert("energy", frame=1)


def by_shape_keys(scene):
    item = own_object(scene, bpy.data.meshes.new("Mesh"))
    item.data.from_pydata([(0, 0, 0)], [], [])
    item.shape_key_add(name="Basis")
    item.shape_key_add(name="Up").keyframe_insert("value", frame=1)


def by_material(scene):
    item = own_object(scene, bpy.data.meshes.new("Mesh"))
    material = bpy.data.materials.new("Paint")
    item.data.materials.append(material)
    material.keyframe_insert("roughness", frame=1)


def by_world(scene):
    scene.world = bpy.data.worlds.new("World")
    scene.world.keyframe_insert("color", frame=1)


def by_scene(scene):
    scene.keyframe_insert("gravity", frame=1)


def by_nla(scene):
    item = own_object(scene)
    item.keyframe_insert("location", frame=1)
    action = item.animation_data.action
    item.animation_data.nla_tracks.new().strips.new("Walk", 1, action)
    item.animation_data.action = None


def by_sequencer(scene):
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strips.new_effect("Color", "COLOR", 1, 1, **_length())


def _length():
    parameters = (
        bpy.types.SequencesTopLevel.bl_rna.functions["new_effect"].parameters
        if hasattr(bpy.types, "SequencesTopLevel")
        else bpy.types.StripsTopLevel.bl_rna.functions["new_effect"].parameters
    )
    return {"length": 20} if "length" in parameters else {"frame_end": 20}


def by_another_take(scene):
    bake_take(scene, make_take(id="first", info=footage(n=30, fps=24.0)), "First")


@pytest.mark.parametrize(
    "animate",
    [by_object, by_data, by_shape_keys, by_material, by_world, by_scene, by_nla, by_sequencer, by_another_take],
)
def test_a_scene_with_other_animation_keeps_its_timing(scene, animate):
    scene.camera = own_object(scene, bpy.data.cameras.new("Mine"))
    scene.render.fps = 24
    animate(scene)
    before = settings(scene)
    take = make_take(info=footage(n=41, fps=30.0))
    remarks = bake_take(scene, take, "Clip")
    assert settings(scene) == before and REMARK.format(24) in remarks
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    assert key_frames(item) == set(map(float, range(1, 34)))  # 40 / 30 s at 24 frames per second
    heads, _ = track(scene, item, [1, 5, 9, 33])
    assert np.abs(heads - take.people[0].motion.joints()[[0, 5, 10, 40]]).max() < 1e-4


def test_an_empty_scene_and_its_own_take_are_matched(scene):
    own_object(scene)  # without keys
    assert not is_animated(scene)
    for fps in (25.0, 30000 / 1001):
        bake_take(scene, make_take(info=footage(fps=fps)), "Clip")
        assert scene.render.fps / scene.render.fps_base == pytest.approx(fps, rel=1e-6)
        assert (scene.frame_start, scene.frame_end, scene.render.resolution_x) == (1, 40, 640)
        assert scene.camera.name == "Clip Camera"


@pytest.mark.parametrize("fps", [12, 24, 25, 50, 60])
def test_keys_are_on_whole_frames_when_the_scene_is_left_alone(scene, fps):
    scene.render.fps = fps
    before = settings(scene)[:5]
    times = np.cumsum(np.r_[0.0, np.tile([0.03, 0.05, 0.04], 13)])  # an uneven rate
    motions = [motion(40, gaps=[(10, 14)]), motion(25, seed=1, start_row=8)]
    take = make_take(motions, footage(fps=25.0, times=times), camera=moving_camera(40))
    remarks = bake_take(scene, take, "Clip", options=BakeOptions(set_scene=False))
    assert settings(scene)[:5] == before and not any("frame rate, range" in remark for remark in remarks)
    for item in scene.objects:
        frames = key_frames(item) if item.animation_data else set()
        assert frames == {round(frame) for frame in frames}, item.name
    late = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 2)
    assert abs(min(key_frames(late) - {1.0}) - (1 + times[8] * fps)) <= 0.5, "who comes later comes at the true time"


def test_a_rate_that_is_changed_later_is_obeyed_by_the_next_bake(scene):
    take = make_take(info=footage(n=31, fps=30.0))
    bake_take(scene, take, "Clip")
    scene.render.fps, scene.render.fps_base = 60, 1.0
    bake_take(scene, take, "Clip", options=BakeOptions(set_scene=False))
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    assert max(key_frames(item)) == 61.0
