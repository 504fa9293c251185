"""The face of a take moves shape keys of the user's own character that have ARKit's names."""

import bpy
import numpy as np
import pytest
from rigs import copy_of_character
from takes import make_take, motion, motion_with_face

from addon.blender import compat
from romp_core.geometry.face_units import FACE_UNIT, FACE_UNITS
from romp_core.storage.take_file import save_take


def add_mesh(scene, rig, name, keys, by_modifier=True):
    """A mesh on the rig, with shape keys of these names."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    item = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(item)
    if by_modifier:
        item.modifiers.new("Armature", "ARMATURE").object = rig
    else:
        item.parent, item.parent_type, item.parent_bone = rig, "BONE", "head"
    for key in ("Basis", *keys):
        item.shape_key_add(name=key, from_mix=False).value = 0.0
    bpy.context.view_layer.update()
    return item


@pytest.fixture
def clip(scene, tmp_path):
    take = make_take([motion_with_face(40)])
    return take, copy_of_character(scene, take), str(save_take(take, tmp_path / "clip.npz"))


def retarget(path):
    assert bpy.ops.romp_mocap.retarget(take=path, person=1, target="Mine") == {"FINISHED"}


def shown(item, name, frames):
    keys = item.data.shape_keys
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        found.append(keys.evaluated_get(bpy.context.evaluated_depsgraph_get()).key_blocks[name].value)
    return np.array(found)


def report(scene):
    return scene["romp_mocap_report"].to_dict()["retarget"]


def test_units_move_whatever_their_prefix(scene, clip):
    take, rig, path = clip
    head = add_mesh(scene, rig, "Head", [f"Face.{name}" for name in FACE_UNITS])
    lashes = add_mesh(scene, rig, "Lashes", ["head_eyeBlink_L", "head_eyeBlink_R"], by_modifier=False)
    retarget(path)
    face, frames = take.people[0].motion.face, range(1, 41)
    for name in ("jawOpen", "eyeBlinkLeft", "mouthSmileRight", "browInnerUp"):
        np.testing.assert_allclose(shown(head, f"Face.{name}", frames), face[:, FACE_UNIT[name]], atol=1e-5)
    np.testing.assert_allclose(shown(lashes, "head_eyeBlink_L", frames), face[:, FACE_UNIT["eyeBlinkLeft"]], atol=1e-5)
    assert report(scene)["face_units"] == 52


def test_other_shape_keys_stay_as_they_are(scene, clip):
    _, rig, path = clip
    head = add_mesh(scene, rig, "Head", ["jawOpen", "Bulge", "Age"])
    other = add_mesh(scene, None, "Other", ["jawOpen"])
    keys = head.data.shape_keys.key_blocks
    keys["Bulge"].value, keys["Age"].value = 0.3, 0.7
    retarget(path)
    curves = compat.assigned_channels(head.data.shape_keys).fcurves
    assert [curve.data_path for curve in curves] == ['key_blocks["jawOpen"].value']
    assert (keys["Bulge"].value, keys["Age"].value) == (pytest.approx(0.3), pytest.approx(0.7))
    assert other.data.shape_keys.animation_data is None
    assert report(scene)["face_units"] == 1


def test_keys_with_drivers_are_left_to_them(scene, clip):
    _, rig, path = clip
    head = add_mesh(scene, rig, "Head", ["jawOpen", "eyeBlinkLeft"])
    head.data.shape_keys.key_blocks["jawOpen"].driver_add("value")
    retarget(path)
    curves = compat.assigned_channels(head.data.shape_keys).fcurves
    assert [curve.data_path for curve in curves] == ['key_blocks["eyeBlinkLeft"].value']
    assert report(scene)["face_units"] == 1


def test_again_replaces_its_own_keys_but_not_the_users(scene, clip):
    _, rig, path = clip
    head = add_mesh(scene, rig, "Head", ["jawOpen"])
    keys = head.data.shape_keys
    theirs = bpy.data.actions.new("Theirs")
    compat.assign_action(keys, theirs)
    retarget(path)
    first = keys.animation_data.action
    assert first != theirs and theirs.use_fake_user
    retarget(path)
    assert keys.animation_data.action == first
    curve = compat.assigned_channels(keys).fcurves[0]
    curve.keyframe_points[3].co[1] = 0.9
    curve.update()
    retarget(path)
    assert keys.animation_data.action != first and first.users


def test_a_rig_without_such_keys_is_told(scene, clip):
    _, rig, path = clip
    add_mesh(scene, rig, "Head", ["Bulge"])
    retarget(path)
    assert report(scene)["face_units"] == 0 and not [a for a in bpy.data.actions if "Face" in a.name]


def test_a_take_without_a_face_says_nothing_about_it(scene, tmp_path):
    take = make_take([motion(40)])
    rig = copy_of_character(scene, take)
    head = add_mesh(scene, rig, "Head", ["jawOpen"])
    retarget(str(save_take(take, tmp_path / "clip.npz")))
    assert "face_units" not in report(scene) and head.data.shape_keys.animation_data is None


def test_undo(scene, clip):
    _, rig, path = clip
    add_mesh(scene, rig, "Head", ["jawOpen"])
    bpy.ops.ed.undo_push(message="before")
    retarget(path)
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    assert bpy.data.objects["Head"].data.shape_keys.animation_data is None


def test_a_rig_that_follows_live_shows_the_expression(scene, clip):
    from addon.live.own_rig import OwnRig

    take, rig, _ = clip
    head = add_mesh(scene, rig, "Head", ["Face.jawOpen", "Bulge"])
    keys = head.data.shape_keys.key_blocks
    keys["Bulge"].value = 0.4
    follows, moved = OwnRig(scene, rig), take.people[0].motion
    face, no_fingers = np.zeros(52), np.zeros((0, 3))
    face[FACE_UNIT["jawOpen"]] = 0.6
    assert follows.show(moved.rotations[3], moved.root[3], face, moved.rest_joints, no_fingers)
    assert keys["Face.jawOpen"].value == pytest.approx(0.6) and keys["Bulge"].value == pytest.approx(0.4)
    assert follows.show(moved.rotations[3], moved.root[3], np.zeros(0), moved.rest_joints, no_fingers)
    assert keys["Face.jawOpen"].value == pytest.approx(0.6), "without a face it stays as it is"
    bpy.data.objects.remove(head)
    assert follows.show(moved.rotations[3], moved.root[3], face, moved.rest_joints, no_fingers), "a mesh may be deleted"
