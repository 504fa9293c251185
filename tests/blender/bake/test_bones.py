"""Bones are known by a property: renamed for another rig, they stay one skeleton with one skin and one motion."""

import bpy
import numpy as np
import pytest
from measure import track
from takes import make_take, motion

from addon.bake.bones import bone_names
from addon.bake.take import BakeOptions, bake_take
from addon.blender import compat, scene_index
from romp_core.geometry.skeleton import JOINTS

MIXAMO = {joint: f"mixamorig:{joint.title().replace('_', '')}" for joint in JOINTS}


def parts(scene, take):
    return (scene_index.find_object(scene, take.id, role, 1) for role in (scene_index.ARMATURE, scene_index.BODY))


def renamed(armature, names):
    for joint, name in names.items():
        armature.data.bones[joint].name = name


@pytest.mark.parametrize("root", [False, True])
def test_renamed_bones_stay_one_skeleton(scene, root):
    options = BakeOptions(with_root=root)
    bake_take(scene, make_take(), "Clip", options=options)
    again = make_take([motion(40, seed=5)])
    armature, body = parts(scene, again)
    names = {**MIXAMO, **({"root": "Armature Root"} if root else {})}
    renamed(armature, names)
    bake_take(scene, again, "Clip", options=options)
    assert sorted(bone.name for bone in armature.data.bones) == sorted(names.values())
    assert bone_names(armature.data) == names
    heads, _ = track(scene, armature, [1, 20, 40], [MIXAMO[joint] for joint in JOINTS])
    assert np.abs(heads - again.people[0].motion.joints()[[0, 19, 39]]).max() < 1e-4
    assert {group.name for group in body.vertex_groups} == set(MIXAMO.values())
    paths = {curve.data_path for curve in compat.assigned_channels(armature).fcurves}
    assert all(any(f'"{name}"' in path for name in names.values()) for path in paths)
    hand = body.vertex_groups["mixamorig:LeftWrist"].index
    weighted = [v.index for v in body.data.vertices if any(g.group == hand and g.weight > 0.9 for g in v.groups)]
    scene.frame_set(20)
    shown = body.evaluated_get(bpy.context.evaluated_depsgraph_get())
    middle = np.mean([shown.matrix_world @ shown.data.vertices[index].co for index in weighted], axis=0)
    assert np.linalg.norm(middle - again.people[0].motion.joints()[19, JOINTS.index("left_wrist")]) < 0.2


def test_bones_renamed_under_another_action_leave_no_dead_curves(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    armature, _ = parts(scene, take)
    own = armature.animation_data.action
    armature.animation_data.action = bpy.data.actions.new("Dance")
    renamed(armature, {"left_knee": "LeftLeg"})
    bake_take(scene, take, "Clip")
    armature.animation_data.action = None
    compat.assign_action(armature, own)
    paths = {curve.data_path for curve in compat.assigned_channels(armature).fcurves}
    assert any("LeftLeg" in path for path in paths) and not any("left_knee" in path for path in paths)


def test_a_deleted_bone_comes_back_and_own_bones_stay(scene):
    take = make_take()
    bake_take(scene, take, "Clip")
    armature, _ = parts(scene, take)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    bones.remove(bones["left_wrist"])
    tail = bones.new("Tail")
    tail.head, tail.tail, tail.parent = (0, 0, 1), (0, 1, 1), bones["pelvis"]
    bpy.ops.object.mode_set(mode="OBJECT")
    bake_take(scene, take, "Clip")
    assert len(armature.data.bones) == 25 and armature.data.bones["left_wrist"].parent.name == "left_elbow"
    assert armature.data.bones["Tail"].parent.name == "pelvis"
    heads, _ = track(scene, armature, [40])
    assert np.abs(heads[0] - take.people[0].motion.joints()[39]).max() < 1e-4
