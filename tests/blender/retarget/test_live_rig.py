"""Poses without keys are those that a retargeting keys."""

import bpy
import numpy as np
import pytest
from takes import motion

from romp_core.retarget.body_motion import of_person
from tests.blender.retarget.characters import make_character, mapping_of
from tests.blender.retarget.test_rig_families import clip

__all__ = ["clip"]


def heads(rig, names):
    """(bones, 3): where bones start in the world, as Blender evaluates them now."""
    bpy.context.view_layer.update()
    pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose
    return np.array([rig.matrix_world @ pose.bones[name].head for name in names])


@pytest.mark.parametrize("family", ["mixamo", "rigify"])
@pytest.mark.parametrize("mode", ["QUATERNION", "YXZ"])
def test_a_live_pose_is_the_pose_that_is_keyed(scene, clip, family, mode):
    from addon.retarget.live_rig import LiveRig

    take, path = clip
    rig = make_character(family, pose="A")
    mapping = mapping_of(rig)
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    names = [mapping.deform.get(joint, bones[0]) for joint, bones in mapping.bones.items()]
    bpy.ops.romp_mocap.retarget(take=path, person=1, target=rig.name, plants=False)
    keyed = []
    for frame in (5, 30):
        scene.frame_set(frame)
        keyed.append(heads(rig, names))
    rig.animation_data_clear()
    source, _ = of_person(take.people[0].motion, take.footage, 30.0)
    live = LiveRig(scene, rig, mapping)
    for frame, expected in zip((5, 30), keyed, strict=True):
        live.show(source.at(np.array([frame - 1])))
        assert np.abs(heads(rig, names) - expected).max() < 1e-3
    assert rig.animation_data is None or rig.animation_data.action is None


def test_a_rig_follows_a_person_who_is_measured_anew(scene):
    from addon.live.own_rig import OwnRig

    moved = motion(3)
    longer = moved.rest_joints * [1.0, 1.1, 1.0]
    rig = make_character("mixamo", pose="A")
    names = [bones[0] for bones in mapping_of(rig).bones.values()]
    kept, shown = OwnRig(scene, rig), []
    for follows, rest in ((kept, moved.rest_joints), (kept, longer), (OwnRig(scene, rig), longer)):
        assert follows.show(moved.rotations[2], moved.root[2], np.zeros(0), rest, np.zeros((0, 3)))
        shown.append(heads(rig, names))
    assert np.abs(shown[1] - shown[0]).max() > 0.01
    assert np.abs(shown[2] - shown[1]).max() < 1e-6
