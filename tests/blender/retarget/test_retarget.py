"""Retargeting takes onto rigs of the scene."""

import bpy
import numpy as np
import pytest
from mathutils import Matrix
from rigs import copy_of_character
from takes import make_take, motion_with_fingers

from romp_core.geometry.fingers import ALL_JOINTS, FINGERS, pose_with_fingers
from romp_core.storage.take_file import save_take

LIMBS = [
    (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
]


@pytest.fixture
def clip(tmp_path):
    take = make_take()
    return take, str(save_take(take, tmp_path / "clip.npz"))


def heads(scene, item, names, frames):
    """(frames, names, 3) where bones start in the world, as Blender evaluates them."""
    found = []
    for frame in frames:
        scene.frame_set(int(frame))
        pose = item.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose
        found.append([np.array(item.matrix_world @ pose.bones[name].head) for name in names])
    return np.array(found)


def test_a_rig_of_the_same_build_does_what_the_person_does(scene, clip):
    take, path = clip
    rig = copy_of_character(scene, take)
    assert bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine") == {"FINISHED"}
    motion = take.people[0].motion
    from romp_core.geometry.skeleton import JOINTS

    shown = heads(scene, rig, JOINTS[:22], range(1, 41))
    assert np.abs(shown - motion.joints()[:, :22]).max() < 1e-3
    report = rig.animation_data.action["romp_mocap_report"].to_dict()["retarget"]
    assert report["max_direction_deg"] < 0.1 and report["joint_max_mm"] < 1 and report["frames"] == 40
    assert scene["romp_mocap_report"].to_dict()["retarget"] == report
    assert bpy.ops.romp_mocap.go_to_worst() == {"FINISHED"} and scene.frame_current in report["worst_frames"]


def test_a_rig_with_fingers_moves_them_as_the_person_does(scene, tmp_path):
    take = make_take([motion_with_fingers(40)])
    path = str(save_take(take, tmp_path / "clip.npz"))
    rig = copy_of_character(scene, take)
    assert bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine") == {"FINISHED"}
    motion = take.people[0].motion
    hands = motion.fingers, motion.root, motion.rest_joints, motion.rest_fingers
    expected, _, _ = pose_with_fingers(motion.rotations, *hands)
    names = (*ALL_JOINTS[:22], *FINGERS)
    shown = heads(scene, rig, names, range(1, 41))
    assert np.abs(shown - expected[:, [ALL_JOINTS.index(name) for name in names]]).max() < 2e-3


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "AXIS_ANGLE"])
def test_bones_keep_their_rotation_mode(scene, clip, mode):
    take, path = clip
    rig = copy_of_character(scene, take)
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine")
    assert {bone.rotation_mode for bone in rig.pose.bones} == {mode}
    shown = heads(scene, rig, ["left_wrist", "right_foot"], range(1, 41))
    expected = take.people[0].motion.joints()[:, [20, 11]]
    assert np.abs(shown - expected).max() < 1e-3


def test_a_turned_and_scaled_armature_moves_in_the_world_as_the_person_does(scene, clip):
    take, path = clip
    rig = copy_of_character(scene, take)
    rig.matrix_world = Matrix.LocRotScale((3, 1, 0), Matrix.Rotation(0.7, 3, "Z"), (2, 2, 2))
    bpy.context.view_layer.update()
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine", root_mode="WORLD")
    joints = take.people[0].motion.joints()
    from romp_core.geometry.skeleton import JOINTS

    shown = heads(scene, rig, JOINTS[:22], range(1, 41))
    for a, b in LIMBS:
        ours = shown[:, JOINTS.index(b)] - shown[:, JOINTS.index(a)]
        assert np.abs(ours / 2 - (joints[:, JOINTS.index(b)] - joints[:, JOINTS.index(a)])).max() < 2e-3
    start = (shown[0, 1] + shown[0, 2]) / 2 - (joints[0, 1] + joints[0, 2]) / 2
    assert np.abs(start[:2]).max() < 1e-3


def test_again_updates_in_place_and_leaves_the_rest_pose(scene, clip):
    take, path = clip
    rig = copy_of_character(scene, take)
    rest = [np.array(bone.matrix_local) for bone in rig.data.bones]
    other = bpy.data.actions.new("Wave")
    rig.animation_data_create().action = other
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine")
    first = rig.animation_data.action
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine", root_mode="IN_PLACE")
    assert rig.animation_data.action == first and other.use_fake_user
    assert len([action for action in bpy.data.actions if "romp_mocap_retarget" in action]) == 1
    assert all((np.array(bone.matrix_local) == before).all() for bone, before in zip(rig.data.bones, rest, strict=True))
    assert np.ptp(heads(scene, rig, ["pelvis"], range(1, 41))[:, 0, :2], axis=0).max() < 1e-4


def test_keys_changed_by_hand_stay_in_their_action(scene, clip):
    from addon.blender import compat

    take, path = clip
    rig = copy_of_character(scene, take)
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine")
    edited = rig.animation_data.action
    curve = compat.assigned_channels(rig).fcurves.find('pose.bones["head"].rotation_quaternion', index=1)
    curve.keyframe_points[10].co[1] += 0.2
    curve.update()
    value = curve.evaluate(11)
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine", root_mode="IN_PLACE")
    assert rig.animation_data.action != edited and edited.use_fake_user
    assert curve.evaluate(11) == value
    fresh = rig.animation_data.action
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine")
    assert rig.animation_data.action == fresh


@pytest.mark.parametrize("mode", ["QUATERNION", "ZXY", "AXIS_ANGLE"])
def test_fewer_keys_stay_within_the_bound(scene, clip, mode):
    take, path = clip
    rig = copy_of_character(scene, take)
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine")
    names = [bone.name for bone in rig.data.bones]
    whole, keys = (
        heads(scene, rig, names, range(1, 41)),
        rig.animation_data.action["romp_mocap_report"]["retarget"]["keys"],
    )
    bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine", reduces=True, bound_mm=3.0, bound_deg=1.0)
    report = rig.animation_data.action["romp_mocap_report"].to_dict()["retarget"]
    moved = np.linalg.norm(heads(scene, rig, names, range(1, 41)) - whole, axis=-1).max() * 1000
    assert moved <= 3.0 and report["reduced_error_mm"] <= 3.0 and report["keys"] < keys


def fails(**arguments) -> str:
    with pytest.raises(RuntimeError) as error:
        bpy.ops.romp_mocap.retarget(**arguments)
    return str(error.value)


def test_what_cannot_be_a_target_is_said(scene, clip):
    take, path = clip
    rig = copy_of_character(scene, take)
    assert 'no object named "Nobody"' in fails(take=path, target="Nobody")
    cube = bpy.data.objects.new("Cube", None)
    scene.collection.objects.link(cube)
    assert "is not an armature" in fails(take=path, target="Cube")
    rig.scale = (1, -1, 1)
    bpy.context.view_layer.update()
    assert "negative scale" in fails(take=path, target="Mine")
    rig.scale = (1, 2, 1)
    bpy.context.view_layer.update()
    assert "scaled unevenly" in fails(take=path, target="Mine")
    rig.scale = (1, 1, 1)
    bpy.context.view_layer.update()
    assert "There is no take" in fails(take="nothing", target="Mine")
    assert "no person 7" in fails(take=path, person=7, target="Mine")
    assert not [action for action in bpy.data.actions if "romp_mocap_retarget" in action]
