"""Exported characters keep their face: morph targets with ARKit's names, and their animation."""

import json
import struct
from dataclasses import replace

import bpy
import numpy as np
import pytest
from reading import read
from takes import footage, make_take, motion, motion_with_face

from addon.bake.take import bake_take
from addon.blender import scene_index
from addon.export import reimport, verification
from addon.export.character import export_characters
from addon.export.verdict import verdict_on
from romp_core.geometry.face_units import FACE_UNIT, FACE_UNITS

COUNT = 20
MOVED = ("jawOpen", "eyeBlinkLeft", "mouthSmileRight")


@pytest.fixture
def character(scene):
    take = make_take([motion_with_face(COUNT)], footage(COUNT))
    bake_take(scene, take, "Clip")
    return take, scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)


def shown(frames, name):
    """Values of a shape key of the open file in each frame of its clip."""
    (keys,) = [keys for keys in bpy.data.shape_keys if name in keys.key_blocks]
    curves = {curve.data_path: curve for action in bpy.data.actions for curve in curves_in(action)}
    curve = curves.get(f'key_blocks["{name}"].value')
    return np.array([curve.evaluate(frame) if curve else keys.key_blocks[name].value for frame in frames])


def curves_in(action):
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    bags = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    return [curve for bag in bags for curve in bag.fcurves]


def description(path):
    """The JSON of a binary glTF file."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<I", content, 12)
    return json.loads(content[20 : 20 + length])


def verified(written, tmp_path):
    path = tmp_path / "expected.npz"
    np.savez(path, **verification.expected_arrays(written))
    with np.load(path, allow_pickle=False) as expected:
        return verdict_on(written, reimport.compare(expected))


@pytest.mark.parametrize("format", ["FBX", "GLB"])
def test_units_and_their_motion_are_in_the_file(scene, tmp_path, character, format):
    take, item = character
    path = tmp_path / f"character.{format.lower()}"
    export_characters(scene, [item], path, format)
    _, frames = read(path)
    (keys,) = bpy.data.shape_keys
    assert set(FACE_UNITS) <= set(keys.key_blocks.keys())
    for name in (*MOVED, "browInnerUp"):
        expected = take.people[0].motion.face[:, FACE_UNIT[name]]
        assert np.abs(shown(frames, name) - expected).max() < 1e-3


@pytest.mark.parametrize(
    ("preset", "format"),
    [("BLENDER", "FBX"), ("UNREAL", "FBX"), ("BLENDER", "GLB"), ("GLTF_VRM", "GLB"), ("USD", "USD")],
)
def test_the_file_is_verified(scene, tmp_path, character, format, preset):
    _, item = character
    path = tmp_path / f"character.{'usdc' if format == 'USD' else format.lower()}"
    verdict = verified(export_characters(scene, [item], path, format, preset), tmp_path)
    assert verdict.problems == () and verdict.morphs == len(MOVED)
    assert verdict.max_error_morph < 1e-3 and "3 shape keys within 0.000" in verdict.text


def test_a_wrong_value_is_found(scene, tmp_path, character):
    _, item = character
    written = export_characters(scene, [item], tmp_path / "character.glb", "GLB")
    (((morphs,),),) = [written.morphs]
    off = replace(written, morphs=((replace(morphs, values=morphs.values + 0.01),),))
    (problem,) = verified(off, tmp_path).problems
    assert problem.startswith("Shape keys are off by up to 0.01")
    lost = replace(written, morphs=((replace(morphs, names=("nothing", *morphs.names[1:])),),))
    assert "lacks shape keys" in verified(lost, tmp_path).problems[0]


@pytest.mark.parametrize("format", ["FBX", "GLB"])
def test_several_faces_in_one_file(scene, tmp_path, format):
    motions = [motion_with_face(COUNT), motion_with_face(COUNT, 1, ("jawOpen", "browInnerUp"))]
    take = make_take(motions, footage(COUNT))
    bake_take(scene, take, "Clip")
    items = [scene_index.find_object(scene, take.id, scene_index.ARMATURE, person) for person in (1, 2)]
    verdict = verified(export_characters(scene, items, tmp_path / f"x.{format.lower()}", format), tmp_path)
    assert verdict.problems == () and verdict.morphs == 5
    if format == "GLB":  # a clip for each character, with body and face
        clips = {
            clip["name"]: {each["target"]["path"] for each in clip["channels"]}
            for clip in description(tmp_path / "x.glb")["animations"]
        }
        assert set(clips) == {"Clip Person 1", "Clip Person 2"}
        assert all({"rotation", "weights"} <= paths for paths in clips.values())


def test_edited_keys_count(scene, tmp_path, character):
    _, item = character
    skin = scene_index.body_of(scene, item)
    skin.data.shape_keys.key_blocks["Age: old"].keyframe_insert("value", frame=1)
    skin.data.shape_keys.key_blocks["Age: old"].value = 0.75
    skin.data.shape_keys.key_blocks["Age: old"].keyframe_insert("value", frame=COUNT)
    verdict = verified(export_characters(scene, [item], tmp_path / "x.glb", "GLB"), tmp_path)
    assert verdict.problems == () and verdict.morphs == 4


@pytest.mark.parametrize("format", ["BVH", "AMASS"])
def test_formats_without_a_mesh_say_so(scene, tmp_path, character, format):
    _, item = character
    written = export_characters(scene, [item], tmp_path / "character", format)
    assert written.remarks[-1].endswith("so shape keys, such as a face's, are not in them: use glTF or FBX.")
    assert written.morphs == ((),)


def test_without_a_face_nothing_is_different(scene, tmp_path):
    take = make_take([motion(COUNT)], footage(COUNT))
    bake_take(scene, take, "Clip")
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    path = tmp_path / "x.glb"
    written = export_characters(scene, [item], path, "GLB")
    assert written.morphs == ((),) and "shape keys" not in verified(written, tmp_path).text
    tree = description(path)
    paths = {channel["target"]["path"] for each in tree["animations"] for channel in each["channels"]}
    assert "weights" not in paths


def test_the_scene_is_as_before(scene, tmp_path, character):
    _, item = character
    scene.frame_set(7)
    keys = scene_index.body_of(scene, item).data.shape_keys
    before = [key.value for key in keys.key_blocks], keys.animation_data.action, len(bpy.data.actions)
    export_characters(scene, [item], tmp_path / "x.glb", "GLB")
    assert ([key.value for key in keys.key_blocks], keys.animation_data.action, len(bpy.data.actions)) == before
    assert len(bpy.data.shape_keys) == 1
