"""Poses put right in Pose Mode stay when the take is solved again, ease in and out, and can be taken back."""

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from fake_worker import FakeWorker
from layouts import drawn
from measure import degrees_between, track
from takes import make_take, motion, motion_with_fingers

from addon.bake.edited import has_hand_edits
from addon.blender import scene_index
from addon.retarget.sources import from_take
from addon.takes import characters, take_list
from romp_core.geometry.rotations import quat_from_rotvec
from romp_core.solve.cleanup.posed import with_poses
from romp_core.storage.take_file import load_take, save_take
from romp_core.worker.commands import Finished

FRAME, ARM = 20, "left_elbow"
AWAY = [1, 10, 13, 27, 30, 40]


def solver(command):
    """Everybody moves as the strength of smoothing says, with the poses that were put right on top."""
    take = load_take(command.take)
    seed, people = round(10 * command.solve.smoothing.strength), []
    for person in take.people:
        solved = fresh(person.motion, seed)
        own = [each for each in command.edits.poses if each.person == person.id]
        people.append(replace(person, motion=with_poses(solved, own, take.footage)))
    take = replace(take, people=tuple(people), edits=command.edits, solve=command.solve, solved_for="")
    save_take(take, command.out)
    return Finished(command.out)


def fresh(old, seed):
    return (motion_with_fingers if old.has_fingers else motion)(40, seed=seed)


@pytest.fixture
def entry(worker, scene, tmp_path):
    """A take with a character of 40 frames at 30 fps, active in Pose Mode at frame 20."""
    take = make_take([motion(40, seed=10)])
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    scene.romp_mocap.live_update = False
    entry.solve.strength = 1.0
    characters.make_characters(scene, entry, {1})
    scene.frame_set(FRAME)
    activate(armature(scene))
    return entry


def activate(item):
    bpy.context.view_layer.objects.active = item
    item.select_set(True)
    bpy.ops.object.mode_set(mode="POSE")


def armature(scene):
    return scene_index.find_object(scene, "take-1", scene_index.ARMATURE, 1)


def turn(item, bone, *degrees):
    """As with R in Pose Mode: nothing is keyed."""
    pose_bone = item.pose.bones[bone]
    pose_bone.rotation_quaternion = pose_bone.rotation_quaternion @ quaternion(degrees)
    bpy.context.view_layer.update()


def quaternion(degrees):
    from mathutils import Quaternion

    return Quaternion(quat_from_rotvec(np.radians(degrees)))


def on_screen(item, bone):
    return np.array(item.pose.bones[bone].matrix_basis.to_3x3())


def run(name, **arguments):
    FakeWorker.script = [solver]
    return getattr(bpy.ops.romp_mocap, name)(**arguments)


def bases(scene, bone, frames):
    """Rotations of a bone against its parent, (n, 3, 3)."""
    found = []
    for frame in frames:
        scene.frame_set(frame)
        found.append(on_screen(armature(scene), bone))
    return np.array(found)


def test_a_posed_arm_and_hip_stay_as_posed_and_nothing_else_changes(entry, scene):
    item = armature(scene)
    before = track(scene, item, AWAY)
    scene.frame_set(FRAME)
    turn(item, ARM, 0, 0, 40)
    turn(item, "left_hip", 20, 0, 0)
    item.pose.bones["pelvis"].location.z += 0.1
    bpy.context.view_layer.update()
    wanted = {bone: on_screen(item, bone) for bone in (ARM, "left_hip", "right_knee")}
    pelvis = np.array(item.pose.bones["pelvis"].matrix.translation)
    assert run("edit_pose") == {"FINISHED"}
    assert item.mode == "POSE" and not has_hand_edits(scene, item)
    (edit,) = load_take(entry.path).edits.poses
    assert edit.joints == ("root", "left_hip", "left_elbow") and edit.seconds == (pytest.approx(19 / 30),)
    scene.frame_set(FRAME)
    for bone, basis in wanted.items():
        assert degrees_between(on_screen(item, bone), basis) < 0.01
    assert np.abs(np.array(item.pose.bones["pelvis"].matrix.translation) - pelvis).max() < 1e-5
    after = track(scene, item, AWAY)
    assert np.abs(after[0] - before[0]).max() < 1e-6 and np.abs(after[1] - before[1]).max() < 1e-6


def test_it_stays_on_top_of_another_smoothing_and_is_removed_by_one_click(entry, scene, mocap):
    item = armature(scene)
    turn(item, ARM, 0, 0, 40)
    run("edit_pose")
    entry.solve.strength = 0.3
    run("solve")
    shown = bases(scene, ARM, [FRAME, *AWAY])
    assert "Person 1: left elbow, 0.63 s, ease 0.20 s" in drawn(mocap)
    assert run("edit_pose_mute", index=0) == {"FINISHED"} and "0.63 s, ease 0.20 s, muted" in drawn(mocap)
    plain = bases(scene, ARM, [FRAME, *AWAY])
    wanted = plain[0] @ np.array(quaternion((0, 0, 40)).to_matrix())
    assert degrees_between(shown[0], wanted) < 0.01
    assert np.abs(shown[1:] - plain[1:]).max() < 1e-6
    run("edit_pose_mute", index=0)
    assert degrees_between(bases(scene, ARM, [FRAME])[0], wanted) < 0.01
    assert run("edit_pose_ease", index=0, ease=0.0) == {"FINISHED"}
    near = bases(scene, ARM, [FRAME - 1, FRAME, FRAME + 1])
    assert degrees_between(near[1], wanted) < 0.01
    assert run("edit_remove", kind="POSE", index=0) == {"FINISHED"}
    assert np.abs(bases(scene, ARM, [FRAME, *AWAY]) - plain).max() < 1e-6
    assert np.abs(bases(scene, ARM, [FRAME - 1, FRAME + 1]) - near[::2]).max() < 1e-6
    assert load_take(entry.path).edits.poses == ()


def test_posed_again_at_the_same_frame_is_one_pose_and_beside_it_both_hold(entry, scene):
    item = armature(scene)
    turn(item, ARM, 0, 0, 40)
    run("edit_pose", ease=0.3)
    scene.frame_set(FRAME)
    turn(item, ARM, 10, 0, 0)
    wanted = on_screen(item, ARM)
    run("edit_pose")
    assert len(load_take(entry.path).edits.poses) == 1
    scene.frame_set(FRAME + 3)
    turn(item, ARM, 0, 30, 0)
    other = on_screen(item, ARM)
    run("edit_pose")
    assert len(load_take(entry.path).edits.poses) == 2
    shown = bases(scene, ARM, [FRAME, FRAME + 3])
    assert degrees_between(shown, np.array([wanted, other])).max() < 0.01


def test_changed_keys_are_kept_as_well_and_not_added_twice(entry, scene):
    """With automatic keying, and in the Graph Editor: frames 5 to 9, and frame 20."""
    item = armature(scene)
    plain = bases(scene, ARM, [5, 7, 9, FRAME])
    for frame in (*range(5, 10), FRAME):
        scene.frame_set(frame)
        turn(item, ARM, 0, 0, 25)
        item.pose.bones[ARM].keyframe_insert("rotation_quaternion", frame=frame)
    scene.frame_set(33)
    run("edit_pose")
    stretch, single = load_take(entry.path).edits.poses
    assert stretch.seconds == (pytest.approx(4 / 30), pytest.approx(8 / 30)) and len(single.seconds) == 1
    turned = plain @ np.array(quaternion((0, 0, 25)).to_matrix())
    for _ in range(2):
        assert degrees_between(bases(scene, ARM, [5, 7, 9, FRAME]), turned).max() < 0.02
        assert not has_hand_edits(scene, item)
        run("solve")
    for _ in range(2):
        run("edit_remove", kind="POSE", index=0)
    assert degrees_between(bases(scene, ARM, [5, 7, 9, FRAME]), plain).max() < 0.02


def test_solve_again_keeps_changed_keys_in_the_take_if_asked_to(entry, scene):
    item = armature(scene)
    scene.frame_set(FRAME)
    turn(item, ARM, 0, 0, 25)
    item.pose.bones[ARM].keyframe_insert("rotation_quaternion", frame=FRAME)
    wanted = on_screen(item, ARM)
    assert run("solve", hand_edits="FIX") == {"FINISHED"}
    assert len(load_take(entry.path).edits.poses) == 1 and not has_hand_edits(scene, item)
    assert degrees_between(bases(scene, ARM, [FRAME])[0], wanted) < 0.01


def test_what_is_retargeted_has_the_pose(entry, scene):
    before = from_take(scene, entry.take_id, 1).motion.positions["left_wrist"]
    item = armature(scene)
    turn(item, ARM, 0, 0, 40)
    wrist = np.array(item.pose.bones["left_wrist"].head)
    run("edit_pose")
    after = from_take(scene, entry.take_id, 1).motion.positions["left_wrist"]
    assert np.abs(after[FRAME - 1] - wrist).max() < 1e-3 < np.abs(before[FRAME - 1] - wrist).max()
    away = np.array(AWAY) - 1
    assert np.abs(after[away] - before[away]).max() < 1e-6


def test_fingers_and_a_root_bone(worker, scene, tmp_path):
    take = make_take([motion_with_fingers(40, seed=10)])
    seen = take.people[0].observations
    hands = {name: np.zeros((40, 2, *shape)) for name, shape in HANDS.items()}
    take = replace(take, people=(replace(take.people[0], observations=replace(seen, **hands)),))
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    scene.romp_mocap.live_update, scene.romp_mocap.with_root, entry.solve.strength = False, True, 1.0
    characters.make_characters(scene, entry, {1})
    scene.frame_set(FRAME)
    item = armature(scene)
    activate(item)
    head = np.array(item.pose.bones["pelvis"].matrix.translation)
    turn(item, "left_index2", 0, 0, 30)
    item.pose.bones["root"].location.x += 0.2
    bpy.context.view_layer.update()
    wanted, moved = on_screen(item, "left_index2"), np.array(item.pose.bones["pelvis"].matrix.translation)
    assert np.linalg.norm(moved - head) == pytest.approx(0.2, abs=1e-4)
    run("edit_pose")
    assert load_take(entry.path).edits.poses[0].joints == ("root", "left_index2")
    scene.frame_set(FRAME)
    assert degrees_between(on_screen(item, "left_index2"), wanted) < 0.02
    assert np.abs(np.array(item.pose.bones["pelvis"].matrix.translation) - moved).max() < 1e-4


HANDS = {
    "hand_points": (21, 3),
    "hand_world": (21, 3),
    "hand_presence": (),
    "hand_right": (),
    "hand_sharpness": (),
}


def test_another_frame_rate_of_the_scene(entry, scene):
    scene.romp_mocap.set_scene = False
    scene.render.fps = 48
    characters.make_characters(scene, entry, {1})
    scene.frame_set(32)
    item = armature(scene)
    turn(item, ARM, 0, 0, 40)
    wanted = on_screen(item, ARM)
    run("edit_pose")
    assert load_take(entry.path).edits.poses[0].seconds == (pytest.approx(31 / 48),)
    assert degrees_between(bases(scene, ARM, [32])[0], wanted) < 0.5


def test_undo_redo_saving_and_reopening(entry, scene, tmp_path):
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="made")
    turn(armature(scene), ARM, 0, 0, 40)
    run("edit_pose")
    fixed = bases(scene, ARM, [FRAME])
    bpy.ops.ed.undo_push(message="posed")
    bpy.ops.ed.undo()
    while bpy.context.scene.romp_mocap.takes[0].other_edits.count("left_elbow"):
        bpy.ops.ed.undo()
    scene = bpy.context.scene
    assert degrees_between(bases(scene, ARM, [FRAME]), fixed)[0] > 39
    bpy.ops.ed.redo()
    while not bpy.context.scene.romp_mocap.takes[0].other_edits.count("left_elbow"):
        bpy.ops.ed.redo()
    scene = bpy.context.scene
    assert degrees_between(bases(scene, ARM, [FRAME]), fixed)[0] < 0.01
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    scene = bpy.context.scene
    assert degrees_between(bases(scene, ARM, [FRAME]), fixed)[0] < 0.01
    run("solve")
    assert degrees_between(bases(scene, ARM, [FRAME]), fixed)[0] < 0.01
    scene.frame_set(1)
    assert bpy.ops.romp_mocap.edit_pose_go(index=0) == {"FINISHED"} and scene.frame_current == FRAME
    run("edit_remove", kind="POSE", index=0)
    assert degrees_between(bases(scene, ARM, [FRAME]), fixed)[0] > 39


def unknown_bone(scene, item):
    bpy.ops.object.mode_set(mode="EDIT")
    item.data.edit_bones.new("Tail").tail.z = 1.0
    bpy.ops.object.mode_set(mode="POSE")
    bone = item.pose.bones["Tail"]
    (bone if hasattr(bone, "select") else bone.bone).select = True


def own_rig(scene, item):
    bpy.ops.object.mode_set(mode="OBJECT")
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig


def copied(scene, item):
    bpy.ops.object.mode_set(mode="OBJECT")
    other = item.copy()
    scene.collection.objects.link(other)
    bpy.context.view_layer.objects.active = other


def nobody(scene, item):
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.objects.active = None


def old(scene, item):
    del item.animation_data.action["romp_mocap_keys"]


def other_action(scene, item):
    item.animation_data.action = bpy.data.actions.new("Mine")


def unlisted(scene, item):
    scene.romp_mocap.takes[0].take_id = "another"


def beyond(scene, item):
    scene.frame_set(60)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda scene, item: None, "Nothing was changed in the pose of"),
        (unknown_bone, 'bone "Tail" is not one of the character'),
        (own_rig, '"Rig" is not a character of a take. .*retarget it again'),
        (copied, "is a copy of a character"),
        (nobody, "No character is active. Select"),
        (old, "made by an earlier version"),
        (other_action, "Another action than the take's moves"),
        (unlisted, "is not in the list"),
        (beyond, "Nothing of .* is solved at frame 60"),
        (lambda scene, item: scene.frame_set(5, subframe=0.5), "between two frames"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(entry, scene, change, message):
    before = entry.other_edits
    change(scene, armature(scene))
    with pytest.raises(RuntimeError, match=message):
        run("edit_pose")
    assert entry.other_edits == before and not load_take(entry.path).edits.poses


def test_the_file_stays_as_the_worker_left_it_until_it_is_solved(entry, scene):
    """Else the worker reads it anew, and solves all of it again."""
    found = []

    def watched(command):
        found.append(Path(command.take).stat().st_mtime_ns)
        return solver(command)

    before = Path(entry.path).stat().st_mtime_ns
    turn(armature(scene), ARM, 0, 0, 40)
    FakeWorker.script = [watched]
    assert bpy.ops.romp_mocap.edit_pose() == {"FINISHED"} and found == [before]


def test_a_failed_solve_loses_no_pose(entry, scene):
    from romp_core.worker.commands import Failed

    turn(armature(scene), ARM, 0, 0, 40)
    wanted = on_screen(armature(scene), ARM)
    FakeWorker.script = [Failed("", "The disk is full.", "")]
    with pytest.raises(RuntimeError, match="disk is full"):
        bpy.ops.romp_mocap.edit_pose()
    assert len(load_take(entry.path).edits.poses) == 1
    run("solve")
    assert degrees_between(bases(scene, ARM, [FRAME])[0], wanted) < 0.01
