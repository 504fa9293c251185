"""Each preset's file is what its program expects, and shows the motion of the scene when it is read."""

import json

import bpy
import numpy as np
import pytest
from measure import degrees_between, track
from reading import read
from rigs import add_mesh, make_rig
from takes import footage, make_take, motion

from addon.bake.take import BakeOptions, bake_take
from addon.blender import scene_index
from addon.export.character import export_characters
from addon.export.presets import FORMATS, PRESETS
from addon.export.reimport import compare
from addon.export.verdict import verdict_on
from addon.export.verification import expected_arrays
from romp_core.geometry.rotations import quat_from_rotvec
from romp_core.geometry.skeleton import JOINTS, SMPL_PELVIS

FRAMES, FPS = 12, 30000 / 1001


@pytest.fixture
def character(scene):
    take = make_take([motion(FRAMES)], footage(FRAMES, FPS))
    bake_take(scene, take, "Clip", options=BakeOptions(with_body=False))
    return scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)


@pytest.mark.parametrize(("preset", "form"), [(key, form) for key, item in PRESETS.items() for form in item.formats])
def test_file_shows_the_motion(scene, character, tmp_path, preset, form):
    written = export_characters(scene, [character], tmp_path / f"x{FORMATS[form][1]}", form, preset)
    assert written.remarks == []
    verdict = verdict_on(written, compare(expected_arrays(written)))
    assert verdict.ok, verdict.problems
    assert verdict.max_error_mm < 0.01 and verdict.max_error_deg < 0.01
    assert (verdict.frames, verdict.clips) == (FRAMES, 1) and verdict.fps == pytest.approx(FPS, rel=1e-4)
    assert verdict.root_bone == ("root" if preset == "UNREAL" else "pelvis")
    assert verdict.text == "max error 0.0 mm, 0.00\u00b0, 12 frames, 29.97 fps, root bone ok"


@pytest.mark.parametrize("with_root", [False, True])
def test_unreal_gets_a_root_bone_in_centimeters_and_no_extra_node(scene, tmp_path, with_root):
    take = make_take([motion(FRAMES)], footage(FRAMES))
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=with_root))
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    heads, turns = track(scene, item, range(1, FRAMES + 1))
    path = tmp_path / "x.fbx"
    export_characters(scene, [item], path, "FBX", "UNREAL")
    (armature,), frames = read(path)
    assert armature.name == "Armature"  # Unreal makes a bone of a node of any other name
    assert [bone.name for bone in armature.data.bones if bone.parent is None] == ["root"]
    # This importer shows centimeters as a scale of 0.01: the data itself is in the unit of the file.
    assert np.allclose(armature.scale, 0.01) and np.allclose(armature.matrix_world.to_euler(), 0.0, atol=1e-6)
    assert armature.data.bones["head"].head_local.z > 100
    again, turns_again = track(bpy.context.scene, armature, frames)
    assert np.abs(again - heads).max() < 1e-3 and degrees_between(turns_again, turns).max() < 0.1
    root, root_turns = track(bpy.context.scene, armature, frames, ["root"])
    assert np.abs(root[..., 2]).max() < 1e-4
    assert np.abs(root[:, 0, :2] - heads[:, 0, :2]).max() < 0.05  # below the pelvis
    assert np.abs(root_turns[:, 0, 2] - [0, 0, 1]).max() < 1e-4  # upright


def test_heading_of_a_turned_rig_is_in_the_root_bone(scene, character, tmp_path):
    character.rotation_euler.z = 1.5
    bpy.context.view_layer.update()
    straight = export_characters(scene, [character], tmp_path / "x.fbx", "FBX", "UNREAL").motions[0]
    character.rotation_euler.z = 0.0
    bpy.context.view_layer.update()
    reference = export_characters(scene, [character], tmp_path / "y.fbx", "FBX", "UNREAL").motions[0]
    assert np.abs(straight.rest - reference.rest).max() < 1e-5
    turn = reference.turns[:, 0].swapaxes(-1, -2) @ straight.turns[:, 0]
    assert np.abs(np.arctan2(turn[:, 1, 0], turn[:, 0, 0]) - 1.5).max() < 1e-3


def test_vrm_animation_names_the_humanoid(scene, character, tmp_path):
    export_characters(scene, [character], tmp_path / "x.glb", "GLB", "GLTF_VRM")
    content = (tmp_path / "x.glb").read_bytes()
    assert int.from_bytes(content[8:12], "little") == len(content)
    tree = json.loads(content[20 : 20 + int.from_bytes(content[12:16], "little")])
    bones = tree["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]
    named = {bone: tree["nodes"][found["node"]]["name"] for bone, found in bones.items()}
    assert named["hips"] == "pelvis" and named["leftUpperLeg"] == "left_hip" and named["rightHand"] == "right_wrist"
    assert len(tree["animations"]) == 1 and "VRMC_vrm_animation" in tree["extensionsUsed"]
    assert "VRMC_vrm_animation" not in tree.get("extensionsRequired", ())
    rig = make_rig(scene)  # no humanoid
    export_characters(scene, [rig], tmp_path / "y.glb", "GLB", "GLTF_VRM")
    assert b"VRMC" not in (tmp_path / "y.glb").read_bytes()


def test_amass_reads_back_as_the_take(scene, tmp_path):
    take = make_take([motion(FRAMES, gaps=[(4, 6)])], footage(FRAMES))
    bake_take(scene, take, "Clip")
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    export_characters(scene, [item], tmp_path / "x.npz", "AMASS")
    with np.load(tmp_path / "x.npz", allow_pickle=False) as file:
        assert str(file["model"]) == "blazepose" and str(file["body_license"]).startswith("CC0")
        assert file["valid"].tolist() == take.people[0].motion.valid.tolist()
        assert file["mocap_framerate"] == 30.0 and file["poses"].shape == (FRAMES, 72)
        seen, expected = take.people[0].motion.valid, take.people[0].motion
        assert np.abs(file["trans"] + SMPL_PELVIS - expected.root)[seen].max() < 1e-4
        quats = quat_from_rotvec(file["poses"].reshape(FRAMES, 24, 3))
        assert (1.0 - np.abs((quats * expected.rotations).sum(axis=-1)))[seen].max() < 1e-6


def test_names_in_the_file_are_those_of_the_scene(scene, character, tmp_path):
    add_mesh(scene, character, "Coat")
    export_characters(scene, [character], tmp_path / "x.glb", "GLB")
    assert sorted(bpy.data.objects.keys()) == ["Clip", "Clip Camera", "Clip Person 1", "Coat"]
    assert bpy.data.armatures.keys() == ["Clip Person 1"] and bpy.data.meshes.keys() == ["Coat"]
    (armature,), _ = read(tmp_path / "x.glb")
    assert armature.name == "Clip Person 1" and set(JOINTS) <= set(armature.data.bones.keys())
    assert "Coat" in bpy.data.objects
