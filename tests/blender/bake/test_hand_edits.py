"""Keys that the user changed by hand stay on top of what is solved again, on actions with and without slots."""

import bpy
import numpy as np
import pytest
from measure import degrees_between, track
from takes import footage, make_take, motion, moving_camera

from addon.bake.edited import has_hand_edits
from addon.bake.take import BakeOptions, bake_take
from addon.blender import compat, scene_index
from romp_core.geometry.rotations import normalize, quat_conjugate, quat_from_rotvec, quat_multiply
from romp_core.geometry.skeleton import JOINTS

ARM, TURN = "left_shoulder", quat_from_rotvec(np.array([0.0, 0.0, np.radians(30)]))
EDITED = np.arange(10, 21)


@pytest.fixture
def take(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    return take


def armature(scene):
    return scene_index.find_object(scene, "take-1", scene_index.ARMATURE, 1)


def curves(scene, bone, prop):
    channels = compat.assigned_channels(armature(scene))
    return [curve for curve in channels.fcurves if curve.data_path == f'pose.bones["{bone}"].{prop}']


def quaternions(scene, bone, frames):
    found = curves(scene, bone, "rotation_quaternion")
    return np.array([[curve.evaluate(float(frame)) for curve in found] for frame in frames])


def turn_arm(scene):
    """Turn the arm by 30 degrees in frames 10 to 20, as with keys set by hand."""
    values = quat_multiply(quaternions(scene, ARM, EDITED), TURN)
    for index, curve in enumerate(curves(scene, ARM, "rotation_quaternion")):
        for frame, value in zip(EDITED, values[:, index], strict=True):
            curve.keyframe_points[int(frame) - 1].co[1] = value
        curve.update()


def correction(scene, again, frames, bone=ARM):
    """By how much a bone is turned in its own axes against a bake of the same take without edits, quaternions."""
    shown = quaternions(scene, bone, frames)
    bake_take(scene, again, "Clip", options=BakeOptions(keep_edits=False))
    return quat_multiply(quat_conjugate(quaternions(scene, bone, frames)), shown)


def degrees(quats):
    return np.degrees(2 * np.arccos(np.clip(np.abs(quats[..., 0]), 0, 1)))


def test_fresh_keys_are_not_edited(scene, take):
    assert not has_hand_edits(scene, armature(scene))
    bake_take(scene, make_take([motion(40, seed=3)]), "Clip")
    assert not has_hand_edits(scene, armature(scene))


def test_a_turned_arm_stays_turned_on_another_motion(scene, take):
    turn_arm(scene)
    assert has_hand_edits(scene, armature(scene))
    again = make_take([motion(40, seed=3)])
    bake_take(scene, again, "Clip")
    assert not has_hand_edits(scene, armature(scene)), "what is kept is part of what was written"
    heads, _ = track(scene, armature(scene), [5, 30])
    assert np.abs(heads - again.people[0].motion.joints()[[4, 29]]).max() < 1e-4, "elsewhere it is the new motion"
    turned = correction(scene, again, [5, *EDITED, 30])
    assert degrees(turned)[[0, -1]].max() < 0.1
    assert degrees(quat_multiply(quat_conjugate(TURN), turned[1:-1])).max() < 0.1


def test_a_second_round_of_edits_adds_up(scene, take):
    turn_arm(scene)
    bake_take(scene, make_take([motion(40, seed=3)]), "Clip")
    turn_arm(scene)
    again = make_take([motion(40, seed=5)])
    bake_take(scene, again, "Clip")
    assert degrees(correction(scene, again, EDITED)) == pytest.approx(60.0, abs=0.1)


def test_moved_pelvis_deleted_keys_and_own_channels(scene, take):
    for curve in curves(scene, "pelvis", "location"):
        for point in curve.keyframe_points:
            point.co[1] += 0.1
    for curve in curves(scene, "right_elbow", "rotation_quaternion"):
        for index in reversed(range(11, 19)):  # from frame 11 to 20 a straight line
            curve.keyframe_points.remove(curve.keyframe_points[index])
    item = armature(scene)
    item.pose.bones["head"].keyframe_insert("scale", frame=7)
    before = normalize(quaternions(scene, "right_elbow", [15]))
    bake_take(scene, take, "Clip")
    assert np.abs(quaternions(scene, "right_elbow", [15]) - before).max() < 1e-4, "as the user left it"
    assert len(curves(scene, "head", "scale")) == 3
    heads, _ = track(scene, item, [1, 20, 40], ["pelvis"])
    moved = heads[:, 0] - take.people[0].motion.joints()[[0, 19, 39], 0]
    assert np.linalg.norm(moved, axis=-1) == pytest.approx(0.1 * np.sqrt(3), abs=1e-3)


def test_replaced_edits_are_gone(scene, take):
    turn_arm(scene)
    bake_take(scene, take, "Clip", options=BakeOptions(keep_edits=False))
    _, rotations = track(scene, armature(scene), EDITED)
    bpy.data.objects.remove(armature(scene))
    bake_take(scene, take, "Clip")
    _, fresh = track(scene, armature(scene), EDITED)
    assert degrees_between(rotations, fresh).max() < 0.01


def test_corrections_keep_their_time_at_another_frame_rate(scene, take):
    turn_arm(scene)
    scene.render.fps = 60
    bake_take(scene, take, "Clip", options=BakeOptions(set_scene=False))
    fast = degrees(correction_at(scene, take, [1, 19, 29, 39, 79]))
    assert fast == pytest.approx([0, 30, 30, 30, 0], abs=0.1)


def correction_at(scene, take, frames):
    shown = quaternions(scene, ARM, frames)
    bake_take(scene, take, "Clip", options=BakeOptions(set_scene=False, keep_edits=False))
    return quat_multiply(quat_conjugate(quaternions(scene, ARM, frames)), shown)


def test_edits_beside_a_gap_and_with_a_root_bone(scene):
    options = BakeOptions(with_root=True)
    gaps = [(22, 28)]
    bake_take(scene, make_take([motion(40, gaps=gaps)]), "Clip", options=options)
    turn_arm(scene)
    for curve in curves(scene, "root", "location")[:1]:
        for point in curve.keyframe_points:
            point.co[1] += 0.5
    again = make_take([motion(40, seed=2, gaps=gaps)])
    bake_take(scene, again, "Clip", options=options)
    (along,) = curves(scene, "root", "location")[:1]
    kept = along.evaluate(5.0)
    bake_take(scene, again, "Clip", options=BakeOptions(with_root=True, keep_edits=False))
    assert kept - along.evaluate(5.0) == pytest.approx(0.5, abs=1e-4)


def test_edits_of_renamed_bones(scene, take):
    turn_arm(scene)
    item = armature(scene)
    for joint in JOINTS:
        item.data.bones[joint].name = f"rig {joint}"
    assert has_hand_edits(scene, item)
    again = make_take([motion(40, seed=3)], footage())
    bake_take(scene, again, "Clip")
    assert degrees(correction(scene, again, EDITED, f"rig {ARM}")) == pytest.approx(30.0, abs=0.1)


@pytest.mark.parametrize("frame", [-5, 25, 60])
def test_keys_where_nothing_was_solved_stay(scene, frame):
    """Before the clip, in a gap, and after the end."""
    bake_take(scene, make_take([motion(40, gaps=[(20, 29)])]), "Clip")
    curve = curves(scene, ARM, "rotation_quaternion")[1]
    key = curve.keyframe_points.insert(frame, 0.77)
    key.interpolation = "BEZIER"
    assert has_hand_edits(scene, armature(scene))
    again = make_take([motion(40, seed=4, gaps=[(20, 29)])])
    bake_take(scene, again, "Clip")
    assert not has_hand_edits(scene, armature(scene))
    kept = {round(key.co[0]): key for key in curves(scene, ARM, "rotation_quaternion")[1].keyframe_points}
    assert kept[frame].co[1] == pytest.approx(0.77) and kept[frame].interpolation == "BEZIER" and len(kept) == 31
    heads, _ = track(scene, armature(scene), [1, 40])
    assert np.abs(heads - again.people[0].motion.joints()[[0, 39]]).max() < 1e-4
    bake_take(scene, again, "Clip", options=BakeOptions(keep_edits=False))
    assert len(curves(scene, ARM, "rotation_quaternion")[1].keyframe_points) == 30


def test_another_interpolation_stays(scene, take):
    for key in curves(scene, ARM, "rotation_quaternion")[0].keyframe_points[4:9]:
        key.interpolation = "CONSTANT"
    assert has_hand_edits(scene, armature(scene))
    bake_take(scene, make_take([motion(40, seed=4)]), "Clip")
    kinds = [key.interpolation for key in curves(scene, ARM, "rotation_quaternion")[0].keyframe_points]
    assert kinds == ["LINEAR"] * 4 + ["CONSTANT"] * 5 + ["LINEAR"] * 31


def test_keys_of_the_user_keep_their_time_at_another_frame_rate(scene, take):
    curves(scene, ARM, "rotation_quaternion")[1].keyframe_points.insert(61, 0.5)
    scene.render.fps = 60
    bake_take(scene, take, "Clip", options=BakeOptions(set_scene=False))
    assert curves(scene, ARM, "rotation_quaternion")[1].keyframe_points[-1].co[0] == 121


@pytest.mark.parametrize("root", [True, False])
def test_corrections_survive_a_root_bone_that_comes_or_goes(scene, root):
    take = make_take()
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=not root))
    turn_arm(scene)
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=root))
    shown = quaternions(scene, ARM, EDITED)
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=root, keep_edits=False))
    turns = quat_multiply(quat_conjugate(quaternions(scene, ARM, EDITED)), shown)
    assert np.abs(degrees(turns) - 30).max() < 0.01


@pytest.mark.parametrize("role", [scene_index.ARMATURE, scene_index.BODY])
def test_visibility_that_the_user_changed_stays(scene, role):
    gappy = [motion(40, gaps=[(5, 20)])]
    bake_take(scene, make_take(gappy), "Clip")
    assert not has_hand_edits(scene, armature(scene))
    item = scene_index.find_object(scene, "take-1", role, 1)
    compat.assigned_channels(item).fcurves.find("hide_viewport").keyframe_points.insert(35, 1.0)
    assert has_hand_edits(scene, armature(scene))
    bake_take(scene, make_take(gappy), "Clip")
    scene.frame_set(36)
    assert item.hide_viewport
    bake_take(scene, make_take(gappy), "Clip", options=BakeOptions(keep_edits=False))
    scene.frame_set(36)
    assert not item.hide_viewport and not has_hand_edits(scene, armature(scene))


def test_visibility_keys_of_the_user_stay_where_nobody_was_lost(scene, take):
    item = armature(scene)
    for frame, hidden in ((3, True), (9, False)):
        item.hide_render = hidden
        item.keyframe_insert("hide_render", frame=frame)
    bake_take(scene, make_take([motion(40, seed=3)]), "Clip")
    scene.frame_set(5)
    assert item.hide_render and not item.hide_viewport


def test_a_camera_path_that_the_user_corrected(scene):
    take = make_take(camera=moving_camera(40))
    bake_take(scene, take, "Clip")
    camera = scene_index.find_object(scene, "take-1", scene_index.CAMERA)
    assert not has_hand_edits(scene, camera)
    compat.assigned_channels(camera).fcurves.find("location", index=2).keyframe_points[10].co[1] += 1.0
    assert has_hand_edits(scene, camera)
    for keep, height in ((True, 2.5), (False, 1.5)):
        bake_take(scene, take, "Clip", options=BakeOptions(keep_edits=keep))
        scene.frame_set(11)
        assert camera.location.z == pytest.approx(height, abs=1e-5) and not has_hand_edits(scene, camera)
