"""Baking a take: what is seen in Blender is what the core computed."""

import bpy
import numpy as np
import pytest
from measure import degrees_between, track
from takes import footage, make_take, motion, moving_camera

from addon.bake.take import BakeOptions, bake_take
from addon.blender import scene_index
from romp_core.geometry.rotations import matrix_from_quat
from romp_core.geometry.skeleton import JOINTS, forward_kinematics
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST


def armature_of(scene, take, person=1):
    return scene_index.find_object(scene, take.id, scene_index.ARMATURE, person)


@pytest.mark.parametrize("with_root", [False, True])
def test_bone_heads_equal_forward_kinematics_within_a_tenth_of_a_millimeter(scene, with_root):
    take = make_take()
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=with_root))
    a_motion = take.people[0].motion
    expected, orientations = forward_kinematics(a_motion.rotations, a_motion.root, a_motion.rest_joints)
    heads, rotations = track(scene, armature_of(scene, take), 1 + np.arange(40))
    assert np.abs(heads - expected).max() < 1e-4
    deltas = matrix_from_quat(orientations) @ WORLD_FROM_SMPL_REST.T
    assert degrees_between(rotations, deltas).max() < 0.01


def test_numbers_in_the_scene_are_those_of_the_footage(scene):
    info = footage(n=90, fps=30000 / 1001, size=(1920, 1080))
    bake_take(scene, make_take(info=info), "Clip")
    assert (scene.render.fps, round(scene.render.fps_base, 6)) == (30, 1.001)
    assert (scene.frame_start, scene.frame_end) == (1, 90)
    assert (scene.render.resolution_x, scene.render.resolution_y) == (1920, 1080)


def test_variable_frame_rate_lands_at_the_true_times(scene):
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.choice([0.02, 0.033, 0.05, 0.2], 200, p=[0.3, 0.5, 0.15, 0.05]))
    times -= times[0]
    fps = (len(times) - 1) / times[-1]
    take = make_take(info=footage(fps=fps, times=times))
    bake_take(scene, take, "Clip")
    a_motion = take.people[0].motion
    frames = 1 + times * fps
    assert abs(scene.frame_end - frames[-1]) <= 0.5
    assert armature_of(scene, take).animation_data.action.frame_range[1] == scene.frame_end
    for frame in (1, scene.frame_end):
        scene.frame_set(frame)
        assert not armature_of(scene, take).hide_viewport
    heads, _ = track(scene, armature_of(scene, take), frames)
    speed = np.linalg.norm(np.gradient(a_motion.root, times, axis=0), axis=-1).max()
    # within half a frame of the time at which the pelvis really was there
    assert np.linalg.norm(heads[:, 0] - a_motion.root, axis=-1).max() < speed * 0.5 / fps


def test_second_take_of_another_rate_keeps_true_time_when_the_scene_is_left_alone(scene):
    bake_take(scene, make_take(info=footage(n=60, fps=60.0)), "Clip", options=BakeOptions())
    slow = make_take(info=footage(n=24, fps=24.0), id="take-2")
    bake_take(scene, slow, "Slow", options=BakeOptions(set_scene=False))
    assert scene.render.fps == 60
    heads, _ = track(scene, armature_of(scene, slow), 1 + np.arange(0, 24, 2) * 2.5)
    assert np.abs(heads[:, 0] - slow.people[0].motion.root[::2]).max() < 1e-4


def test_in_a_gap_the_character_is_hidden_and_holds_still(scene):
    take = make_take([motion(40, gaps=[(10, 19)]), motion(20, seed=1, start_row=15)])
    bake_take(scene, take, "Clip")
    first, late = armature_of(scene, take), armature_of(scene, take, 2)
    body = scene_index.find_object(scene, take.id, scene_index.BODY, 1)
    shown = []
    for frame in range(1, 41):
        scene.frame_set(frame)
        assert first.hide_viewport == first.hide_render == body.hide_viewport == body.hide_render
        shown.append((not first.hide_viewport, not late.hide_viewport))
    sample = np.arange(40)
    assert [first for first, _ in shown] == list((sample < 10) | (sample > 19))
    assert [late for _, late in shown] == list((sample >= 15) & (sample < 35))
    first.hide_viewport = False
    channels = first.animation_data.action
    heads, _ = track(scene, first, [10, 15, 20])
    assert np.abs(heads - heads[0]).max() < 1e-6, channels


def test_without_gaps_nothing_is_keyed_but_bones(scene):
    from addon.blender import compat

    take = make_take()
    bake_take(scene, take, "Clip")
    paths = {curve.data_path for curve in compat.assigned_channels(armature_of(scene, take)).fcurves}
    assert paths == {f'pose.bones["{name}"].rotation_quaternion' for name in JOINTS} | {'pose.bones["pelvis"].location'}


def test_camera_sees_what_the_real_one_saw(scene):
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    from romp_core.geometry.projection import project
    from romp_core.take.take import joints_camera

    take = make_take(camera=moving_camera(40))
    bake_take(scene, take, "Clip")
    camera = scene.camera
    width, height = take.footage.width, take.footage.height
    a_motion = take.people[0].motion
    expected = project(joints_camera(take, a_motion), take.camera.focal(width), np.array([width, height]) / 2)
    for frame in (1, 17, 40):
        scene.frame_set(frame)
        for joint, point in enumerate(a_motion.joints()[frame - 1]):
            u, v, _ = world_to_camera_view(scene, camera, Vector(point))
            assert np.allclose((u * width, (1 - v) * height), expected[frame - 1, joint], atol=0.05)


def test_bones_look_like_a_skeleton(scene):
    take = make_take()
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=True))
    item = armature_of(scene, take)
    bones = item.data.bones
    assert set(bones.keys()) == {*JOINTS, "root"}
    for name, child in (("left_hip", "left_knee"), ("spine2", "spine3"), ("right_elbow", "right_wrist")):
        assert (bones[name].tail_local - bones[child].head_local).length < 1e-6
    for left in (name for name in JOINTS if name.startswith("left_")):
        a, b = bones[left].matrix_local, bones[left.replace("left", "right")].matrix_local
        mirror = np.diag([-1.0, 1.0, 1.0])
        # Blender's mirrored roll: y and z axes are mirrored, x is mirrored and turned round
        assert np.allclose(mirror @ np.array(a)[:3, :3] @ mirror, np.array(b)[:3, :3], atol=2e-2), left
    assert {item.name for item in item.data.collections} == {"Left", "Right", "Middle", "Root"}
    assert all(bone.color.palette != "DEFAULT" for bone in bones)
    lowest = min((item.matrix_world @ bone.head_local).z for bone in bones)
    assert -0.01 < lowest < 0.12  # stands on the floor


def test_root_bone_walks_on_the_floor_below_the_pelvis(scene):
    take = make_take()
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=True))
    heads, rotations = track(scene, armature_of(scene, take), [1, 20, 40], names=["root", "pelvis"])
    assert np.abs(heads[:, 0, 2]).max() < 1e-6
    assert np.abs(heads[:, 0, :2] - heads[:, 1, :2]).max() < 1e-5
    assert degrees_between(rotations[:, 0], np.eye(3)).max() < 1e-3


def test_body_follows_the_core_skinning_and_its_sliders_work(scene):
    from takes import HEIGHT_M

    from romp_core.bodies.embedded import load_body

    take = make_take()
    bake_take(scene, take, "Clip")
    skin = scene_index.find_object(scene, take.id, scene_index.BODY, 1)
    scene.frame_set(30)

    def vertices():
        evaluated = skin.evaluated_get(bpy.context.evaluated_depsgraph_get())
        flat = np.empty(len(evaluated.data.vertices) * 3, np.float32)
        evaluated.data.vertices.foreach_get("co", flat)
        return flat.reshape(-1, 3)

    a_motion = take.people[0].motion
    expected = load_body().scaled(HEIGHT_M).posed(a_motion.rotations[29], a_motion.root[29])
    shown = vertices()
    assert np.abs(shown - expected).max() < 1e-3
    blocks = skin.data.shape_keys.key_blocks
    assert len(blocks) == 1 + len(load_body().shape_keys)
    for block in blocks[1:]:
        block.value = 1.0
        bpy.context.view_layer.update()
        assert np.abs(vertices() - shown).max() > 0.002, block.name
        block.value = 0.0
    assert {slot.material.name for slot in skin.material_slots} == {item.name for item in load_body().materials}


def test_numbers_that_are_none_and_people_never_seen_make_no_keys(scene):
    from addon.blender import compat

    broken, unseen = motion(40), motion(40, seed=2)
    broken.rotations[7, 3, 1] = np.nan
    broken.root[20] = np.inf
    unseen.valid[:] = False
    take = make_take([broken, unseen])
    bake_take(scene, take, "Clip")
    for person, fewest, most in ((1, 34, 38), (2, 0, 0)):  # neighbors in time may go with the two broken rows
        curves = compat.assigned_channels(armature_of(scene, take, person)).fcurves
        bones = [curve for curve in curves if curve.data_path.startswith("pose.")]
        assert all(fewest <= len(curve.keyframe_points) <= most for curve in bones)
        assert all(np.isfinite(point.co).all() for curve in bones for point in curve.keyframe_points)
    scene.frame_set(8)
    assert armature_of(scene, take).hide_viewport
    assert armature_of(scene, take, 2).hide_viewport
