"""The mapping of a rig as the user sees it, changes it, keeps it, and retargets with it."""

import bpy
import numpy as np
import pytest
from layouts import drawn
from takes import make_take

from romp_core.storage.take_file import save_take
from tests.blender.retarget.characters import make_character, mapping_of

LEFT = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")


@pytest.fixture
def group(scene):
    return scene.romp_mocap.retarget


def rows(group):
    return {row.name: row for row in group.mappings[0].joints}


def chosen(group, rig):
    group.target = rig
    return rig


def test_detect_shows_the_bones_and_the_kind_of_rig(mocap, group):
    chosen(group, make_character("ue5"))
    assert bpy.ops.romp_mocap.detect_bones() == {"FINISHED"}
    entry = group.mappings[0]
    assert entry.kind == "Unreal Engine 5, 100%" and entry.root == "root"
    assert rows(group)["left_knee"].bone == "calf_l"
    assert rows(group)["spine1"].chain() == ("spine_01", "spine_02")
    texts = drawn(mocap)
    assert "calf_l" in texts and "Left Knee" in texts and "+ 1" in texts


def test_the_rig_itself_is_not_changed(group):
    rig = chosen(group, make_character("mixamo"))
    before = sorted(rig.keys()), sorted(rig.data.keys())
    bpy.ops.romp_mocap.detect_bones()
    assert (sorted(rig.keys()), sorted(rig.data.keys())) == before


def unreadable(scene):
    """A rig whose names say nothing but the side, and its bones by joint."""
    rig = make_character("own")
    names = {}
    for number, bone in enumerate(list(rig.data.bones)):
        side, _, part = bone.name.partition("_")
        joint = bone.name
        del bone["romp_mocap_joint"]
        stem = f"骨{LEFT.index(part)}" if part in LEFT else f"b{number}"
        bone.name = f"{stem}.{side[0].upper()}" if part else stem
        names[joint] = bone.name
    return rig, names


def test_bones_of_a_rig_of_no_known_kind_are_chosen_by_hand_and_mirrored(scene, group, tmp_path):
    rig, names = unreadable(scene)
    chosen(group, rig)
    take = make_take()
    path = str(save_take(take, tmp_path / "clip.npz"))
    scene.render.fps, scene.render.fps_base = 30, 1.0
    with pytest.raises(RuntimeError, match="was not recognized"):
        bpy.ops.romp_mocap.retarget(take=path, person=1, target=rig.name)
    bpy.ops.romp_mocap.detect_bones()
    assert group.mappings[0].kind == "Not recognized"
    for joint, row in rows(group).items():
        if joint in names and not joint.startswith("right"):
            row.bone = names[joint]
    assert bpy.ops.romp_mocap.mirror_mapping() == {"FINISHED"}
    assert {joint: row.bone for joint, row in rows(group).items() if row.bone} == {
        joint: name for joint, name in names.items() if joint in rows(group)
    }
    assert bpy.ops.romp_mocap.retarget(take=path, person=1, target=rig.name) == {"FINISHED"}
    scene.frame_set(20)
    pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose
    ours = np.array([pose.bones[names[f"left_{joint}"]].head for joint in ("shoulder", "elbow")])
    theirs = take.people[0].motion.joints()[19, [16, 18]]
    along = [np.diff(points, axis=0)[0] / np.linalg.norm(np.diff(points, axis=0)) for points in (ours, theirs)]
    assert np.linalg.norm(along[0] - along[1]) < 1e-3


def test_another_bone_ends_a_chain(group):
    chosen(group, make_character("mpfb"))
    bpy.ops.romp_mocap.detect_bones()
    row = rows(group)["left_shoulder"]
    assert row.chain() == ("upperarm01.L", "upperarm02.L")
    row.bone = "upperarm02.L"
    assert row.chain() == ("upperarm02.L",)
    row.bone = ""
    assert row.chain() == ()


def test_saved_and_loaded_for_another_rig_of_the_kind(group, tmp_path):
    chosen(group, make_character("rigify"))
    bpy.ops.romp_mocap.detect_bones()
    rows(group)["neck"].bone = ""
    path = str(tmp_path / "my rig.json")
    assert bpy.ops.romp_mocap.save_mapping(filepath=path) == {"FINISHED"}
    other = chosen(group, make_character("rigify"))
    assert bpy.ops.romp_mocap.load_mapping(filepath=path) == {"FINISHED"}
    from addon.retarget.mappings import mapping_for

    mapping, detected = mapping_for(bpy.context.scene, other), mapping_of(other)
    assert "neck" not in mapping.bones and mapping.switches == detected.switches and mapping.ik == detected.ik
    assert group.mappings[1].kind == "my rig.json"
    assert bpy.ops.romp_mocap.forget_mapping() == {"FINISHED"}
    assert mapping_for(bpy.context.scene, other) == detected


def test_what_is_wrong_is_said(mocap, scene, group, tmp_path):
    with pytest.raises(RuntimeError, match="No armature is chosen as target"):
        bpy.ops.romp_mocap.detect_bones()
    rig = chosen(group, make_character("mixamo"))
    with pytest.raises(RuntimeError, match='The mapping of "mixamo" is not shown yet'):
        bpy.ops.romp_mocap.mirror_mapping()
    path = tmp_path / "rig.json"
    path.write_text('{"left_knee": "Shin"}')
    with pytest.raises(RuntimeError, match='The rig has no bone "Shin", which the mapping names as left knee'):
        bpy.ops.romp_mocap.load_mapping(filepath=str(path))
    bpy.ops.romp_mocap.detect_bones()
    rows(group)["left_knee"].bone = rows(group)["left_hip"].bone
    from addon.retarget.mappings import mapping_for
    from romp_core.errors import RetargetError

    with pytest.raises(RetargetError, match="mapped to two joints: left hip and left knee"):
        mapping_for(scene, rig)


def test_mappings_of_deleted_rigs_go(group):
    bpy.data.objects.remove(chosen(group, make_character("mixamo")))
    chosen(group, make_character("smpl"))
    bpy.ops.romp_mocap.detect_bones()
    bpy.data.objects.remove(group.target)
    chosen(group, make_character("soma"))
    bpy.ops.romp_mocap.detect_bones()
    assert [entry.rig.name for entry in group.mappings] == ["soma"]
