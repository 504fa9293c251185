"""One motion on characters of all rig families, measured on the bones that Blender shows."""

import bpy
import numpy as np
import pytest
from takes import make_take

from romp_core.geometry.skeleton import JOINT
from romp_core.storage.take_file import save_take
from tests.blender.retarget.characters import FAMILIES, make_character, mapping_of

LIMBS = [
    (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
]
FRAMES = (1, 9, 20, 31, 40)


@pytest.fixture
def clip(scene, tmp_path):
    """A take, its path, and a scene of its frame rate."""
    scene.render.fps, scene.render.fps_base = 30, 1.0
    take = make_take()
    return take, str(save_take(take, tmp_path / "clip.npz"))


def shown(scene, rig, joints):
    """(frames, joints, 3): where joints are, by the deforming bones, in meters."""
    mapping = mapping_of(rig)
    names = [mapping.deform.get(joint, mapping.bones[joint][0]) for joint in joints]
    found = []
    for frame in FRAMES:
        scene.frame_set(frame)
        pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose
        found.append([np.array(rig.matrix_world @ pose.bones[name].head) for name in names])
    return np.array(found)


def directions(points):
    along = points[:, 1::2] - points[:, ::2]
    return along / np.linalg.norm(along, axis=-1, keepdims=True)


def degrees_between(a, b):
    return np.degrees(2 * np.arcsin(np.linalg.norm(a - b, axis=-1).max() / 2))


@pytest.mark.parametrize("family", FAMILIES)
def test_limbs_point_where_the_person_s_do(scene, clip, family):
    take, path = clip
    rig = make_character(family, pose="neither" if family in ("mixamo", "rigify", "ue5") else "T")
    bpy.ops.romp_mocap.retarget(take=path, person=1, target=rig.name)
    joints = [joint for limb in LIMBS for joint in limb]
    theirs = take.people[0].motion.joints()[np.array(FRAMES) - 1][:, [JOINT[joint] for joint in joints]]
    assert degrees_between(directions(shown(scene, rig, joints)), directions(theirs)) < 0.1


@pytest.mark.parametrize("family", ["mixamo", "rigify"])
def test_a_and_t_pose_of_a_character_move_alike(scene, clip, family):
    joints = ["pelvis", "spine3", "spine3", "neck", *(joint for limb in LIMBS for joint in limb)]
    moved = []
    for pose in ("T", "A"):
        rig = make_character(family, pose=pose)
        bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=rig.name)
        moved.append(directions(shown(scene, rig, joints)))
    assert degrees_between(*moved) < 0.2


def test_ik_keys_of_rigify_lead_wrists_and_ankles_where_fk_keys_do(scene, clip):
    ends = [f"{side}_{joint}" for side in ("left", "right") for joint in ("wrist", "ankle", "foot")]
    moved = []
    for mode in ("FK", "IK"):
        rig = make_character("rigify", legs=0.9)
        bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=rig.name, key_mode=mode)
        moved.append(shown(scene, rig, ends))
    assert np.linalg.norm(moved[0] - moved[1], axis=-1).max() < 0.005


@pytest.mark.parametrize("family", ["mixamo", "ue4"])
def test_locations_are_keyed_in_the_axes_that_the_bone_has_them_in(scene, clip, family):
    moved = []
    for own_axes in (True, False):
        rig = make_character(family)
        for bone in rig.data.bones:
            bone.use_local_location = own_axes
        bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=rig.name)
        moved.append(shown(scene, rig, ["pelvis", "head"]))
    np.testing.assert_allclose(moved[0], moved[1], atol=1e-4)
    assert np.ptp(moved[0][:, 0], axis=0).max() > 0.05


@pytest.mark.parametrize("scale", [0.01, 2.5])
def test_the_scale_of_the_object_does_not_matter(scene, clip, scale):
    moved = []
    for each in (1.0, scale):
        rig = make_character("reallusion", scale=each, turned=35)
        bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=rig.name)
        moved.append(shown(scene, rig, ["left_wrist", "right_ankle", "head"]))
    np.testing.assert_allclose(moved[0], moved[1], atol=1e-3)
