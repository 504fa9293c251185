"""Armatures that move as sources, several people at once, selections, and rigs that are no plain targets."""

import bpy
import numpy as np
import pytest
from takes import make_take, motion

from romp_core.geometry.skeleton import JOINT
from romp_core.storage.take_file import save_take
from tests.blender.retarget.characters import make_character, mapping_of
from tests.blender.retarget.test_rig_families import FRAMES, LIMBS, clip, degrees_between, directions, shown

__all__ = ["clip"]
JOINTS = [joint for limb in LIMBS for joint in limb]


def theirs(take, person=0):
    """(frames, joints, 3): where the joints of a person are."""
    return take.people[person].motion.joints()[np.array(FRAMES) - 1][:, [JOINT[joint] for joint in JOINTS]]


@pytest.mark.parametrize(
    ("source", "pose", "target"),
    [
        ("mixamo", "A", "ue5"),
        ("smpl", "T", "mixamo"),
        ("sam3d_bvh", "T", "vrm1"),
        ("mhr", "A", "mixamo"),
        ("soma", "T", "own"),
    ],
)
def test_an_armature_that_moves_is_a_source(scene, clip, source, pose, target):
    take, path = clip
    first = make_character(source, pose=pose)
    bpy.ops.romp_mocap.retarget(take=path, person=1, target=first.name)
    second = make_character(target)
    assert bpy.ops.romp_mocap.retarget(source=first.name, target=second.name) == {"FINISHED"}
    assert degrees_between(directions(shown(scene, second, JOINTS)), directions(theirs(take))) < 0.1
    assert scene.frame_current == FRAMES[-1]


def test_the_rig_that_moves_is_the_source_in_whatever_order_two_are_selected(scene, clip):
    first = make_character("mixamo")
    bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=first.name)
    for active in (0, 1):
        second = make_character("ue4")
        pair = (first, second)
        for item in scene.objects:
            item.select_set(item in pair)
        bpy.context.view_layer.objects.active = pair[active]
        assert bpy.ops.romp_mocap.retarget() == {"FINISHED"}
        assert second.animation_data.action and scene["romp_mocap_report"]["retarget"]["target"] == second.name


def test_a_source_that_is_hidden_or_edited_is_read_as_it_moves(scene, clip):
    first = make_character("mixamo")
    bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=first.name)
    second, third = make_character("ue5"), make_character("ue4")
    bpy.context.view_layer.objects.active = first
    bpy.ops.object.mode_set(mode="EDIT")
    assert bpy.ops.romp_mocap.retarget(source=first.name, target=second.name) == {"FINISHED"}
    assert degrees_between(directions(shown(scene, second, JOINTS)), directions(theirs(clip[0]))) < 0.1
    assert first.mode == "EDIT"
    bpy.ops.object.mode_set(mode="OBJECT")
    first.hide_viewport = True
    assert bpy.ops.romp_mocap.retarget(source=first.name, target=third.name) == {"FINISHED"}
    assert degrees_between(directions(shown(scene, third, JOINTS)), directions(theirs(clip[0]))) < 0.1
    assert first.hide_viewport


def test_everybody_of_a_take_moves_the_rig_of_their_own(scene, clip, tmp_path):
    from addon.takes import take_list

    take = make_take([motion(40), motion(40, seed=3)], id="two")
    entry = take_list.add_take(scene, save_take(take, tmp_path / "two.npz"), take)
    if len(entry.people) < 2:
        pytest.fail("the list shows both people")
    for person, family in zip(entry.people, ("mixamo", "vroid"), strict=True):
        person.rig = make_character(family)
    assert bpy.ops.romp_mocap.retarget_all() == {"FINISHED"}
    for number, person in enumerate(entry.people):
        assert degrees_between(directions(shown(scene, person.rig, JOINTS)), directions(theirs(take, number))) < 0.1
    entry.people[1].rig = entry.people[0].rig
    with pytest.raises(RuntimeError, match="Two people have the same rig"):
        bpy.ops.romp_mocap.retarget_all()


def test_a_rig_with_an_override_moves_and_a_linked_one_is_refused(scene, clip, tmp_path):
    rig = make_character("mixamo")
    file = str(tmp_path / "character.blend")
    bpy.data.libraries.write(file, {rig})
    bpy.data.objects.remove(rig)
    with bpy.data.libraries.load(file, link=True) as (there, here):
        here.objects = there.objects
    linked = here.objects[0]
    scene.collection.objects.link(linked)
    with pytest.raises(RuntimeError, match="linked from another file"):
        bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=linked.name)
    own = linked.override_create(remap_local_usages=True)
    bpy.context.view_layer.update()
    assert bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=own.name) == {"FINISHED"}
    assert degrees_between(directions(shown(scene, own, JOINTS)), directions(theirs(clip[0]))) < 0.1


def test_a_rig_in_another_scene_is_named(scene, clip):
    other = bpy.data.scenes.new("Elsewhere")
    rig = make_character("mixamo")
    scene.collection.objects.unlink(rig)
    other.collection.objects.link(rig)
    with pytest.raises(RuntimeError, match=f'"{rig.name}" is not in the scene "{scene.name}"'):
        bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=rig.name)


def test_locked_bones_and_too_few_bones(scene, clip):
    rig = make_character("mixamo")
    for bone in rig.pose.bones:
        bone.lock_rotation, bone.lock_location = (True,) * 3, (True,) * 3
    bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=rig.name)
    assert degrees_between(directions(shown(scene, rig, JOINTS)), directions(theirs(clip[0]))) < 0.1
    mapping = mapping_of(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for joint in ("left_knee", "left_ankle", "left_foot"):
        rig.data.edit_bones.remove(rig.data.edit_bones[mapping.bones[joint][0]])
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(RuntimeError, match="left knee"):
        bpy.ops.romp_mocap.retarget(take=clip[1], person=1, target=rig.name)


def test_the_scene_takes_over_the_rate_of_the_footage_when_nothing_else_moves(scene, clip):
    path = clip[1]
    scene.render.fps = 24
    rig = make_character("mixamo")
    bpy.ops.romp_mocap.retarget(take=path, person=1, target=rig.name)
    assert (scene.render.fps, scene.frame_start, scene.frame_end) == (30, 1, 40)
    scene.render.fps = 24
    bpy.ops.romp_mocap.retarget(take=path, person=1, target=make_character("ue5").name)
    assert scene.render.fps == 30 and scene["romp_mocap_report"]["retarget"]["frames"] == 40


def test_the_rate_of_a_scene_with_other_animation_stays_and_the_motion_keeps_its_time(scene, clip):
    path = clip[1]
    scene.render.fps = 24
    lamp = bpy.data.objects.new("Lamp", None)
    scene.collection.objects.link(lamp)
    lamp.keyframe_insert("location", frame=3)
    rig = make_character("mixamo")
    bpy.ops.romp_mocap.retarget(take=path, person=1, target=rig.name)
    assert scene.render.fps == 24
    last = rig.animation_data.action.frame_range[1]
    assert (last - 1) / 24 == pytest.approx(39 / 30, abs=0.5 / 24)


def test_what_fails_leaves_the_scene_as_it_is(scene, clip):
    scene.render.fps = 24
    rig = make_character("mixamo")
    with pytest.raises(RuntimeError, match="no person 9"):
        bpy.ops.romp_mocap.retarget(take=clip[1], person=9, target=rig.name)
    assert scene.render.fps == 24 and not (rig.animation_data and rig.animation_data.action)
