"""People whose hands were captured get finger bones, keys for them, and a body whose skin follows."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from measure import degrees_between, track
from takes import HEIGHT_M, make_take, motion_with_fingers

from addon.bake.take import BakeOptions, bake_take
from addon.blender import compat, scene_index
from romp_core.bodies.embedded import load_body_with_fingers
from romp_core.geometry.fingers import ALL_JOINTS, FINGERS, all_rest_joints, pose_with_fingers
from romp_core.geometry.rotations import matrix_from_quat
from romp_core.geometry.skinning import blend_motions, rigid_motions
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

FRAMES = 1 + np.arange(0, 40, 3)


@pytest.fixture
def baked(scene):
    take = make_take([motion_with_fingers(40)])
    bake_take(scene, take, "Clip")
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    return take, item, take.people[0].motion


def posed(a_motion, rows=slice(None)):
    return pose_with_fingers(
        a_motion.rotations[rows],
        a_motion.fingers[rows],
        a_motion.root[rows],
        a_motion.rest_joints,
        a_motion.rest_fingers,
    )


@pytest.mark.parametrize("with_root", [False, True])
def test_finger_bones_equal_forward_kinematics(scene, with_root):
    take = make_take([motion_with_fingers(40)])
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=with_root))
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    expected, orientations, _ = posed(take.people[0].motion)
    heads, rotations = track(scene, item, FRAMES, names=ALL_JOINTS)
    assert np.abs(heads - expected[FRAMES - 1]).max() < 1e-4
    deltas = matrix_from_quat(orientations[FRAMES - 1]) @ WORLD_FROM_SMPL_REST.T
    assert degrees_between(rotations, deltas).max() < 0.01


def test_fingers_are_a_chain_from_the_wrist_to_the_tip(baked):
    _, item, a_motion = baked
    bones = item.data.bones
    rest = all_rest_joints(a_motion.rest_joints, a_motion.rest_fingers)
    for index, name in enumerate(FINGERS):
        bone, side = bones[name], name.split("_")[0]
        assert bone.parent.name == (f"{side}_wrist" if name.endswith("1") else FINGERS[index - 1])
        if name.endswith("3"):
            tip = rest[54 + index // 3] - rest[24 + index]
            assert bone.length == pytest.approx(np.linalg.norm(tip), abs=1e-5)
    assert not bones["left_hand"].use_deform and bones["left_index1"].use_deform
    assert all(bones[name].collections[0].name == name.split("_")[0].capitalize() for name in FINGERS)


def test_a_body_alone_has_no_finger_bones(scene):
    bake_take(scene, make_take(), "Clip")
    (item,) = [each for each in bpy.data.objects if each.type == "ARMATURE"]
    assert not any(name in item.data.bones for name in FINGERS)


def test_the_skin_of_fingers_follows_the_core(scene, baked):
    take, _, a_motion = baked
    skin = scene_index.find_object(scene, take.id, scene_index.BODY, 1)
    scene.frame_set(30)
    evaluated = skin.evaluated_get(bpy.context.evaluated_depsgraph_get())
    shown = np.empty(len(evaluated.data.vertices) * 3, np.float32)
    evaluated.data.vertices.foreach_get("co", shown)
    body = load_body_with_fingers().scaled(HEIGHT_M)
    positions, turns, _ = (each[0] for each in posed(a_motion, slice(29, 30)))
    rest = all_rest_joints(body.joints, body.finger_points)[:54]
    expected = blend_motions(body.vertices, body.all_weights, rigid_motions(matrix_from_quat(turns), positions, rest))
    assert np.abs(shown.reshape(-1, 3) - expected).max() < 1e-3


def test_what_the_user_did_to_fingers_stays(scene, baked):
    take, item, _ = baked
    path = 'pose.bones["left_index2"].rotation_quaternion'
    curve = compat.assigned_channels(item).fcurves.find(path, index=1)
    before = [point.co[1] for point in curve.keyframe_points]
    for point in curve.keyframe_points:
        point.co[1] += 0.2
    curve.update()
    bake_take(scene, take, "Clip")
    again = compat.assigned_channels(item).fcurves.find(path, index=1)
    moved = np.array([point.co[1] for point in again.keyframe_points]) - before
    assert moved.mean() > 0.1
    bake_take(scene, take, "Clip", options=BakeOptions(keep_edits=False))
    restored = compat.assigned_channels(item).fcurves.find(path, index=1)
    assert np.allclose([point.co[1] for point in restored.keyframe_points], before, atol=1e-5)


@pytest.mark.parametrize("with_root", [False, True])
@pytest.mark.parametrize("edited", [False, True])
def test_a_character_gets_fingers_later_and_keeps_what_the_user_did(scene, with_root, edited):
    """As when hands are added to a take."""
    whole = make_take([motion_with_fingers(40)])
    (person,) = whole.people
    none = np.zeros((0, 3), np.float32)
    body = replace(person.motion, fingers=person.motion.fingers[:0], rest_fingers=none, hand_confidence=none[:, :2])
    alone = replace(whole, people=(replace(person, motion=body),))
    options = BakeOptions(with_root=with_root)
    bake_take(scene, alone, "Clip", options=options)
    item = scene_index.find_object(scene, whole.id, scene_index.ARMATURE, 1)
    if edited:
        curve = compat.assigned_channels(item).fcurves.find('pose.bones["pelvis"].location', index=1)
        for point in curve.keyframe_points:
            point.co[1] += 0.25
        curve.update()
    for take in (whole, whole):  # and again, from its own edited keys
        bake_take(scene, take, "Clip", options=options)
        heads, _ = track(scene, item, FRAMES, names=("pelvis", "left_elbow"))
        expected = take.people[0].motion.joints()[FRAMES - 1][:, [0, 18]]
        moved = np.linalg.norm(heads - expected, axis=-1)
        np.testing.assert_allclose(moved, 0.25 if edited else 0.0, atol=1e-3)
    assert {"left_index1", "right_thumb3"} <= set(item.data.bones.keys())
    heads, _ = track(scene, item, FRAMES, names=ALL_JOINTS)
    expected = posed(person.motion)[0][FRAMES - 1]
    np.testing.assert_allclose(np.linalg.norm(heads - expected, axis=-1), 0.25 if edited else 0.0, atol=1e-3)
